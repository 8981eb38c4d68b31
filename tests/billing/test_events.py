"""Events are taken at least once, in whatever order, and count once."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.billing import Billing, billing_app, cancelled, placed
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")


async def test_an_invoice_is_posted_to_both_sides(billing: Billing) -> None:
    """Cash in transit and discounts are debited with what revenue and tax are credited with."""
    await billing.post(placed((3, 1999, 19), (1, 4905, 7), discount_cents=545))

    balances = await billing.balances()
    assert balances == {"cash-in-transit": 10357, "discounts": 481, "revenue": -9623, "tax-payable": -1215}
    assert sum(balances.values()) == 0


async def test_an_event_that_comes_again_changes_nothing(billing: Billing) -> None:
    """The same event, and another event about the same order, are answered with the invoice that is there."""
    event = placed((1, 1999, 19))
    first = await billing.post(event)
    balances = await billing.balances()

    again = await billing.post_all([event, {**event, "event_id": uuid4().hex}])

    assert again == [first, first]
    assert await billing.balances() == balances


async def test_simultaneous_deliveries_count_once(billing: Billing) -> None:
    """Ten consumers with the same message make one invoice."""
    event = placed((1, 1999, 19))

    answers = await asyncio.gather(*(billing.post(event) for _ in range(10)))

    assert len({answer["invoice_number"] for answer in answers}) == 1
    assert (await billing.balances())["cash-in-transit"] == 1999


async def test_cancelling_takes_the_invoice_back(billing: Billing) -> None:
    """A credit note reverses every entry, once; the invoice stays and says so."""
    event = placed((3, 1999, 19), discount_cents=300)
    issued = await billing.post(event)
    cancellation = cancelled(event)

    answers = await billing.post_all([cancellation, cancellation, event])

    assert answers == [{**issued, "status": "credited"}] * 3
    assert await billing.balances() == {}
    assert (await billing.reconcile())["balanced"]


async def test_an_order_cancelled_before_it_came_is_never_invoiced(billing: Billing) -> None:
    """When the cancellation overtakes the order, nothing is posted, then or later."""
    event = placed((1, 1999, 19))

    answers = await billing.post_all([cancelled(event), event, cancelled(event)])

    assert answers == [{"order_id": event["order_id"], "status": "refused"}] * 3
    assert await billing.balances() == {}


async def test_an_event_id_cannot_mean_two_things(billing: Billing) -> None:
    """An id that was used for another order or type is refused aloud and posts nothing."""
    event = placed((1, 1999, 19))
    await billing.post(event)
    balances = await billing.balances()

    other = {**placed((1, 500, 7)), "event_id": event["event_id"]}
    cancellation = {**cancelled(event), "event_id": event["event_id"]}

    assert await billing.refusal(other) == (409, "event-id-reused")
    assert await billing.refusal(cancellation) == (409, "event-id-reused")
    assert await billing.balances() == balances


async def test_an_event_that_does_not_add_up_is_refused(billing: Billing) -> None:
    """Billing does not invoice a total that its lines do not have, nor what it does not know."""
    event = placed((1, 1999, 19))

    assert await billing.refusal({**event, "total_cents": 2000}) == (422, "invalid-request")
    assert await billing.refusal({**event, "discount_cents": 2000, "total_cents": -1}) == (422, "invalid-request")
    assert await billing.refusal({**event, "card_token": "tok"}) == (422, "invalid-request")
    assert await billing.balances() == {}


async def test_a_free_order_has_an_invoice_and_no_entries(billing: Billing) -> None:
    """An order of zero cents is invoiced like any other."""
    event = placed((1, 0, 19))

    answers = await billing.post_all([event, cancelled(event)])

    assert [answer["status"] for answer in answers] == ["issued", "credited"]
    assert await billing.balances() == {}


async def test_two_replicas_keep_one_ledger(tmp_path: Path) -> None:
    """Orders, repetitions and cancellations at once: invoices are numbered without gaps, and all is balanced."""
    async with served(billing_app(tmp_path)) as one, served(billing_app(tmp_path)) as other:
        replicas = Billing(one), Billing(other)
        orders = [placed((1, 1999, 19), discount_cents=number) for number in range(12)]
        events = [*orders, *map(cancelled, orders[:4]), *orders]

        answers = await asyncio.gather(*(replicas[i % 2].post(event) for i, event in enumerate(events)))
        await asyncio.gather(*(replicas[i % 2].post(event) for i, event in enumerate(events)))

        assert sum((await replicas[0].balances()).values()) == 0
        assert (await replicas[1].reconcile())["balanced"]
        numbers = {answer["invoice_number"] for answer in answers if "invoice_number" in answer}
        assert len({number.rsplit("-", 1)[0] for number in numbers}) == 1
        assert sorted(int(number.rsplit("-", 1)[1]) for number in numbers) == list(range(1, len(numbers) + 1))
        assert 8 <= len(numbers) <= 12
