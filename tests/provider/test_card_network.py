"""The card network keeps a ledger that nobody can talk out of its rules."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.chassis.database import Database
from services.provider.domain import Entry, Kind
from services.provider.storage import append, metadata
from tests.support.back_ends import database_url
from tests.support.card_network import BAD_CARD, CardNetwork, code_of, provider_app
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")


async def test_a_purchase_leaves_its_trail_in_the_ledger(network: CardNetwork) -> None:
    """Authorisation, capture and refund are entries of their own that point at what they draw on."""
    authorisation_id = await network.authorised(1000)
    capture_id = await network.captured(authorisation_id, 1000)
    await network.refund(capture_id, 300)

    assert await network.trail() == [("authorisation", 1000), ("capture", 1000), ("refund", 300)]
    entries = await network.entries()
    assert [entry["parent_id"] for entry in entries] == [None, authorisation_id, capture_id]
    assert all(entry["at"].endswith("Z") for entry in entries)


async def test_a_bad_card_is_declined_and_nothing_can_be_drawn_on_it(network: CardNetwork) -> None:
    """A token ending in 0002 is declined; capturing or voiding the decline is refused."""
    declined = (await network.authorise(500, BAD_CARD)).json()
    assert declined["status"] == "declined"

    capture = await network.capture(declined["authorisation_id"], 500)
    void = await network.void(declined["authorisation_id"])

    assert code_of(capture) == code_of(void) == (409, "authorisation-declined")
    assert await network.trail() == [("decline", 500)]


async def test_no_more_is_captured_than_was_authorised(network: CardNetwork) -> None:
    """Partial captures add up to the authorised amount at most."""
    authorisation_id = await network.authorised(1000)
    await network.captured(authorisation_id, 600)

    assert code_of(await network.capture(authorisation_id, 401)) == (409, "exceeds-authorised")
    await network.captured(authorisation_id, 400)


async def test_no_more_is_refunded_than_was_captured(network: CardNetwork) -> None:
    """Partial refunds add up to the captured amount at most."""
    capture_id = await network.captured(await network.authorised(1000), 700)
    await network.refund(capture_id, 500)

    assert code_of(await network.refund(capture_id, 201)) == (409, "exceeds-captured")


async def test_a_voided_authorisation_is_worth_nothing(network: CardNetwork) -> None:
    """After a void neither a capture nor another void is possible."""
    authorisation_id = await network.authorised(1000)
    assert (await network.void(authorisation_id)).status_code == 200

    capture = await network.capture(authorisation_id, 1)
    again = await network.void(authorisation_id)

    assert code_of(capture) == code_of(again) == (409, "authorisation-voided")


async def test_captured_money_cannot_be_voided(network: CardNetwork) -> None:
    """Once something was captured, giving it back is a refund."""
    authorisation_id = await network.authorised(1000)
    await network.captured(authorisation_id, 1)

    assert code_of(await network.void(authorisation_id)) == (409, "authorisation-captured")


async def test_what_does_not_exist_under_this_reference_is_unknown(network: CardNetwork) -> None:
    """An id of another reference is as unknown as one that never was."""
    theirs = await CardNetwork(network.client, "another").authorised(5)

    assert code_of(await network.capture(theirs, 5)) == (404, "unknown-authorisation")
    assert code_of(await network.void(theirs)) == (404, "unknown-authorisation")
    assert code_of(await network.refund("0" * 32, 5)) == (404, "unknown-capture")


async def test_racing_captures_cannot_exceed_the_authorisation(network: CardNetwork) -> None:
    """Of twenty simultaneous captures of the whole amount, one goes through."""
    authorisation_id = await network.authorised(1000)
    answers = await asyncio.gather(*(network.capture(authorisation_id, 1000) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] + 19 * [409]


async def test_a_capture_and_a_void_never_both_succeed(network: CardNetwork) -> None:
    """Whoever is first decides, and the other one is told."""
    for _ in range(10):
        authorisation_id = await network.authorised(1000)
        answers = await asyncio.gather(network.capture(authorisation_id, 1000), network.void(authorisation_id))
        assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_the_ledger_survives_the_process(tmp_path: Path) -> None:
    """What was answered is on disk: the next process finds it, and the keys with it."""
    async with served(provider_app(tmp_path)) as before:
        authorisation_id = await CardNetwork(before, "kept").authorised(1000, "k1")
    async with served(provider_app(tmp_path)) as after:
        assert await CardNetwork(after, "kept").authorised(1000, "k1") == authorisation_id
        assert await CardNetwork(after, "kept").trail() == [("authorisation", 1000)]


async def test_the_ledger_is_read_in_pages(network: CardNetwork) -> None:
    """`next_after` leads through all entries once."""
    written = [await network.authorised(cents) for cents in range(1, 6)]
    read: list[str] = []
    after: int | None = 0
    while after is not None:
        page = (await network.client.get("/card/ledger", params={"after": after, "limit": 2})).json()
        read += [entry["entry_id"] for entry in page["entries"]]
        after = page["next_after"]

    assert read == written


@pytest.mark.parametrize(
    "body",
    [
        {"amount_cents": 0, "card_token": "tok"},
        {"amount_cents": 1.5, "card_token": "tok"},
        {"amount_cents": 100, "card_token": ""},
        {"amount_cents": 100, "card_token": "tok", "surprise": 1},
    ],
)
async def test_nonsense_is_refused_before_it_reaches_the_ledger(network: CardNetwork, body: dict[str, object]) -> None:
    """Amounts are whole cents above zero, and unknown fields are errors."""
    assert code_of(await network.post("authorisations", body)) == (422, "invalid-request")
    assert await network.trail() == []


async def test_who_follows_the_ledger_from_page_to_page_misses_nothing(tmp_path: Path) -> None:
    """Nothing is ever seen before something with a smaller number, also while another process is at it."""
    async with (
        served(provider_app(tmp_path)) as client,
        Database(database_url(tmp_path, "provider"), metadata, None, name="other") as other,
    ):
        early = Entry("0" * 32, Kind.AUTHORISATION, "early", 100, datetime.now(UTC), None, None, None)
        async with other.begin() as connection:
            await append(connection, early)
            late = asyncio.create_task(CardNetwork(client, "late").authorise(100))
            await asyncio.wait({late}, timeout=0.3)
            before = (await client.get("/card/ledger")).json()["entries"]
        await late
        after = (await client.get("/card/ledger")).json()["entries"]
    assert [entry["reference"] for entry in after] == ["early", "late"]
    assert before == []
