"""Invoices are exact, numbered without gaps, and follow their order."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.billing import Billing, billing_app, cancelled, placed
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")


class SetClock:
    """A clock that shows what it was set to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self.moment


async def test_an_invoice_splits_tax_out_of_gross_prices(billing: Billing) -> None:
    """Each line's net and tax sum to what is paid for it, and the lines to what is paid for the order."""
    invoice = await billing.post(placed((3, 1999, 19), (1, 4905, 7), discount_cents=545))

    assert [(line["gross_cents"], line["discount_cents"]) for line in invoice["lines"]] == [(5997, 300), (4905, 245)]
    assert [(line["net_cents"], line["tax_cents"]) for line in invoice["lines"]] == [(4787, 910), (4355, 305)]
    assert [line["total_cents"] for line in invoice["lines"]] == [5697, 4660]
    assert (invoice["net_cents"], invoice["tax_cents"], invoice["discount_cents"]) == (9142, 1215, 545)
    assert (invoice["total_cents"], invoice["status"]) == (10357, "issued")


@pytest.mark.parametrize(("gross", "tax"), [(63, 3), (105, 5), (21, 1), (1, 0), (10, 0), (11, 1), (31, 1), (32, 2)])
async def test_tax_is_rounded_half_to_even(billing: Billing, gross: int, tax: int) -> None:
    """At 5 %, tax is a twenty-first of the gross price, rounded to the nearest cent."""
    invoice = await billing.post(placed((1, gross, 5)))

    assert invoice["tax_cents"] == tax


@pytest.mark.parametrize(("gross", "tax"), [(1, 0), (3, 2), (5, 2), (7, 4)])
async def test_exactly_half_a_cent_goes_to_the_even_side(billing: Billing, gross: int, tax: int) -> None:
    """At 100 %, tax is half of the gross price."""
    invoice = await billing.post(placed((1, gross, 100)))

    assert invoice["tax_cents"] == tax


async def test_a_months_numbers_have_no_gaps(tmp_path: Path) -> None:
    """Invoices of a month are numbered from one on, also when they are posted at once and some are refused."""
    clock = SetClock(datetime(2025, 11, 30, 23, 59, tzinfo=UTC))
    async with served(billing_app(tmp_path, clock)) as client:
        billing = Billing(client)
        events = [placed((1, 100, 19)) for _ in range(12)]
        await billing.post_all([cancelled(event) for event in events[:3]])
        answers = await asyncio.gather(*(billing.post(event) for event in [*events, *events]))
        clock.moment = datetime(2025, 12, 1, tzinfo=UTC)
        december = await billing.post(placed((1, 100, 19)))

    numbers = {answer["invoice_number"] for answer in answers if answer["status"] == "issued"}
    assert sorted(numbers) == [f"2025-11-{number:06d}" for number in range(1, 10)]
    assert december["invoice_number"] == "2025-12-000001"


async def test_a_customer_sees_the_latest_invoices_first(billing: Billing) -> None:
    """The list holds one customer's invoices, newest first, no more than asked for."""
    mine = await billing.post_all([placed((1, 100 + i, 19)) for i in range(3)])
    await billing.post(placed((1, 100, 19), customer_id="grace"))

    listed = (await billing.client.get("/customers/ada/invoices", params={"limit": 2})).json()["invoices"]

    assert listed == [mine[2], mine[1]]


async def test_an_invoice_is_found_by_its_order(billing: Billing) -> None:
    """An order without an invoice is a 404 problem that says why."""
    event = placed((2, 1250, 7))
    missing = await billing.client.get(f"/invoices/{event['order_id']}")
    invoice = await billing.post(event)

    assert (missing.status_code, missing.json()["type"]) == (404, "urn:problem:no-invoice")
    assert (await billing.client.get(f"/invoices/{event['order_id']}")).json() == invoice
