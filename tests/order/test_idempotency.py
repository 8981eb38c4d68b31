"""The same key is the same order, at the same time, later, and after every kind of interruption."""

import asyncio

import httpx
import pytest

from tests.support.platform import ABANDON_S, CLAIM_S, INVENTORY, ORDER, PAYMENT, Platform

pytestmark = pytest.mark.usefixtures("back_end")


async def test_the_same_request_gets_the_same_answer(platform: Platform) -> None:
    """Also after the order has moved on, and after a restart."""
    first = await platform.place("key")
    assert (await platform.place("key")).json() == first.json()
    await platform.start_worker()
    await platform.status(first.json()["order_id"], "fulfilled")
    await platform.stop(ORDER)
    await platform.start_order()
    again = await platform.place("key")
    assert (again.status_code, again.json()) == (201, first.json())
    assert platform.books().count("order", "SELECT count(*) FROM orders") == 1


@pytest.mark.parametrize("change", [{"lines": {"MUG": 2}}, {"by": "grace"}, {"card": "tok-other"}])
async def test_the_same_key_with_another_request_is_refused(platform: Platform, change: dict[str, str]) -> None:
    """Nothing is placed for it."""
    await platform.place("key")
    answer = await platform.place("key", **change)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:problem:idempotency-key-reused"
    assert platform.books().count("order", "SELECT count(*) FROM orders") == 1


@pytest.mark.parametrize("refused", [{"card": "tok-0002"}, {"lines": {"RARE": 9}}, {"lines": {"NO-SUCH": 1}}])
async def test_a_refusal_is_repeated_in_full(platform: Platform, refused: dict[str, str]) -> None:
    """Even when by now the order could be taken."""
    first = await platform.place("key", **refused)  # type: ignore[arg-type]
    again = await platform.place("key", **refused)  # type: ignore[arg-type]
    assert first.status_code in {402, 404, 409}
    assert (again.status_code, again.json()) == (first.status_code, first.json())


async def test_twenty_at_once_are_one_order(platform: Platform) -> None:
    """All get its answer, or are told to ask again in a moment; the card is asked once."""
    answers = await asyncio.gather(*(platform.place("key", lines={"MUG": 3}) for _ in range(20)))
    placed = [answer.json() for answer in answers if answer.status_code == 201]
    assert placed
    assert all(order == placed[0] for order in placed)
    assert {answer.json()["type"] for answer in answers if answer.status_code != 201} <= {
        "urn:problem:order-in-progress"
    }
    assert platform.available("MUG") == 4997
    assert platform.ledger(placed[0]["order_id"]) == [("authorisation", 4470)]


async def test_different_keys_are_different_orders(platform: Platform) -> None:
    """However alike the requests."""
    answers = await asyncio.gather(*(platform.place(f"key-{number}") for number in range(10)))
    assert len({answer.json()["order_id"] for answer in answers}) == 10
    assert platform.available("MUG") == 4990


async def test_without_a_key_every_request_is_an_order(platform: Platform) -> None:
    """Nobody can tell a repetition."""
    body = {"customer_id": "ada", "lines": [{"sku": "MUG", "quantity": 1}], "card_token": "tok-visa"}
    answers = [await platform.ask("POST", "/orders", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["order_id"] for answer in answers}) == 2


async def test_a_repetition_is_told_to_come_back_while_the_first_is_at_work(platform: Platform) -> None:
    """It does not start a second order; once the first is done it gets its answer."""
    gate = platform.hold(ORDER, PAYMENT)
    first = asyncio.create_task(platform.place("key"))
    await gate.reached()
    answer = await platform.place("key")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem:order-in-progress")
    assert answer.headers["retry-after"] == "1"
    gate.open()
    assert (await platform.place("key")).json() == (await first).json()


async def test_after_a_failure_the_same_key_starts_again_at_once(platform: Platform) -> None:
    """What failed was not an answer."""
    platform.weather[ORDER, INVENTORY].cut = True
    assert (await platform.place("key", lines={"RARE": 1, "NO-SUCH": 1})).status_code == 503
    platform.weather[ORDER, INVENTORY].cut = False
    assert (await platform.place("key", lines={"RARE": 1, "NO-SUCH": 1})).status_code == 404


async def test_an_order_that_was_given_up_is_not_placed_again_under_its_key(platform: Platform) -> None:
    """The customer is told, whenever they ask, that nothing was charged and that a new key starts a new order."""
    platform.weather[ORDER, INVENTORY].cut = True
    await platform.place("key", lines={"NO-SUCH": 1})
    platform.clock.advance(CLAIM_S + ABANDON_S)
    await _given_up(platform)
    platform.weather[ORDER, INVENTORY].cut = False
    for _ in range(2):
        answer = await platform.place("key", lines={"NO-SUCH": 1})
        assert answer.status_code == 409
        assert answer.json()["type"] == "urn:problem:order-abandoned"


async def test_a_checkout_that_lasts_too_long_and_one_that_takes_over_are_one_order(platform: Platform) -> None:
    """The slow one is overtaken: both customers get the same answer, the card is asked once."""
    gate = platform.hold(ORDER, PAYMENT)
    slow = asyncio.create_task(platform.place("key"))
    await gate.reached()
    platform.clock.advance(CLAIM_S + 0.1)
    quick = await platform.place("key")
    gate.open()
    answer = await slow
    assert (answer.status_code, answer.json()) == (201, quick.json())
    assert platform.ledger(quick.json()["order_id"]) == [("authorisation", 1490)]
    assert platform.books().count("order", "SELECT count(*) FROM outbox") <= 1


async def test_a_checkout_that_was_given_up_while_it_was_under_way_is_undone(platform: Platform) -> None:
    """It was asleep for a minute: it finds its order abandoned, and what it still authorises is refused."""
    await platform.start_worker()
    gate = platform.hold(ORDER, PAYMENT)
    sleeper = asyncio.create_task(platform.place("key"))
    await gate.reached()
    platform.clock.advance(CLAIM_S + ABANDON_S)
    await _given_up(platform)
    gate.open()
    answer: httpx.Response = await sleeper
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem:order-abandoned")
    await platform.settled()
    assert await platform.findings() == []
    assert platform.available("MUG") == 5000


async def _given_up(platform: Platform) -> None:
    await platform.until("the order to be given up", lambda books: not books.unfinished().get("orders"))
