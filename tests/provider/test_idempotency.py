"""With a key an operation is done once; without one, each time."""

import asyncio

import pytest

from tests.support.card_network import CardNetwork, code_of

pytestmark = pytest.mark.usefixtures("back_end")


async def test_every_operation_with_a_key_is_done_once(network: CardNetwork) -> None:
    """The same key gives the same answer and one ledger entry, also when the operation would be refused by now."""
    authorisation_id = await network.authorised(1000, "k1")
    capture_id = await network.captured(authorisation_id, 1000, "k2")
    refunds = [await network.refund(capture_id, 1000, "k3") for _ in range(2)]

    assert await network.authorised(1000, "k1") == authorisation_id
    assert await network.captured(authorisation_id, 1000, "k2") == capture_id
    assert refunds[0].json() == refunds[1].json()
    assert await network.trail() == [("authorisation", 1000), ("capture", 1000), ("refund", 1000)]


async def test_a_void_with_a_key_is_done_once(network: CardNetwork) -> None:
    """The repeat is answered, not refused."""
    authorisation_id = await network.authorised(50)
    voids = [await network.void(authorisation_id, "k1") for _ in range(2)]

    assert voids[0].status_code == voids[1].status_code == 200
    assert voids[0].json() == voids[1].json()


async def test_without_a_key_each_call_is_an_entry(network: CardNetwork) -> None:
    """That is how a real double charge comes to be seen."""
    for _ in range(2):
        await network.captured(await network.authorised(1000), 1000)

    assert (await network.trail()).count(("capture", 1000)) == 2


async def test_a_key_stands_for_one_operation_only(network: CardNetwork) -> None:
    """Using it for another amount, card or operation is refused and leaves no entry."""
    authorisation_id = await network.authorised(1000, "k1")

    amount = await network.authorise(999, key="k1")
    card = await network.authorise(1000, "tok-other", "k1")
    kind = await network.capture(authorisation_id, 1000, "k1")

    assert code_of(amount) == code_of(card) == code_of(kind) == (422, "idempotency-key-reused")
    assert await network.trail() == [("authorisation", 1000)]


async def test_a_refusal_does_not_use_up_the_key(network: CardNetwork) -> None:
    """Nothing was done under it, so the same key may do it later."""
    authorisation_id = await network.authorised(1000)
    assert (await network.capture(authorisation_id, 1001, "k1")).status_code == 409

    await network.captured(authorisation_id, 1000, "k1")


async def test_fifty_simultaneous_repeats_are_one_entry(network: CardNetwork) -> None:
    """Repeats that race each other get the answer of the one that won."""
    ids = await asyncio.gather(*(network.authorised(1000, "same") for _ in range(50)))

    assert len(set(ids)) == 1
    assert await network.trail() == [("authorisation", 1000)]
