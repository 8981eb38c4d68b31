"""Running totals drift away from the invoices, by cents at first, and further with every order.

Cause: money is taxed and added in binary floats. 19.99 has no binary representation, so `int(19.99 * 100)` is 1998.
Invoices round each line, the running totals add what was not rounded and cut it to cents, and the totals are moved
before it is known whether the event has been seen: a replayed event moves them again.

Repair: count in integer cents (or Decimal) with one rounding rule, round once, derive the totals from the very amounts
that are entered, and only when the event is new.

Plain: booking.book_order
"""

from collections.abc import Sequence
from typing import Protocol

from services.billing.domain import (
    Account,
    Book,
    Invoice,
    InvoiceLine,
    IssuedInvoice,
    Kind,
    Order,
    OrderLine,
    Posting,
)
from services.chassis.fault import Fault


class Booking(Protocol):
    """Draws up the invoice of an order and books it; returns None when that was done before."""

    async def __call__(self, book: Book, order: Order) -> IssuedInvoice | None:
        """Book `order` in the transaction of `book`."""


async def faulty(book: Book, order: Order) -> IssuedInvoice | None:
    """Work in euros, as floats."""
    discount = order.discount_cents / order.gross_cents if order.gross_cents else 0.0
    lines: list[InvoiceLine] = []
    euros = dict.fromkeys(Account, 0.0)
    for line in order.lines:
        gross = line.quantity * (line.unit_price_cents / 100)
        off = gross * discount
        without_tax = 1 + line.tax_percent / 100
        net, net_off = (gross - off) / without_tax, off / without_tax
        tax = net * (line.tax_percent / 100)
        lines.append(_rounded(line, gross, off, net, tax, net_off))
        euros[Account.CASH_IN_TRANSIT] += net + tax
        euros[Account.DISCOUNTS] += net_off
        euros[Account.REVENUE] -= net + net_off
        euros[Account.TAX_PAYABLE] -= tax
    cents = {account: int(amount * 100) for account, amount in euros.items()}
    await book.move_totals(Posting(order.order_id, Kind.INVOICE, cents))
    if not await book.is_new(order):
        return None
    invoice = Invoice(order.order_id, order.customer_id, lines)
    await book.enter(invoice.posting())
    return await book.issue(invoice)


def _rounded(line: OrderLine, gross: float, off: float, net: float, tax: float, net_off: float) -> InvoiceLine:
    cents = [round(amount * 100) for amount in (gross, off, net, tax, net_off)]
    return InvoiceLine(line.sku, line.name, line.quantity, line.tax_percent, *cents)


async def fixed(book: Book, order: Order) -> IssuedInvoice | None:
    """Work in cents, as integers."""
    if not await book.is_new(order):
        return None
    discounts = apportion(order.discount_cents, [line.gross_cents for line in order.lines])
    lines = [_taxed(line, discount) for line, discount in zip(order.lines, discounts, strict=True)]
    invoice = Invoice(order.order_id, order.customer_id, lines)
    posting = invoice.posting()
    await book.move_totals(posting)
    await book.enter(posting)
    return await book.issue(invoice)


def _taxed(line: OrderLine, discount_cents: int) -> InvoiceLine:
    total = line.gross_cents - discount_cents
    tax = _tax_in(total, line.tax_percent)
    return InvoiceLine(
        line.sku,
        line.name,
        line.quantity,
        line.tax_percent,
        gross_cents=line.gross_cents,
        discount_cents=discount_cents,
        net_cents=total - tax,
        tax_cents=tax,
        net_discount_cents=discount_cents - _tax_in(discount_cents, line.tax_percent),
    )


def _tax_in(total_cents: int, percent: int) -> int:
    """The tax in an amount that includes it, rounded half to even."""
    tax, rest = divmod(total_cents * percent, 100 + percent)
    return tax + (2 * rest > 100 + percent or (2 * rest == 100 + percent and tax % 2 == 1))


def apportion(cents: int, weights: Sequence[int]) -> list[int]:
    """Split `cents` in proportion to `weights` by largest remainder; neither is negative.

    The parts sum to `cents` exactly, unless all weights are zero: then nothing can be apportioned.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [cents * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(cents * weights[i] % whole), i))
    for i in by_remainder[: cents - sum(parts)]:
        parts[i] += 1
    return parts


exact_booking = Fault[Booking](__name__, faulty, fixed)
