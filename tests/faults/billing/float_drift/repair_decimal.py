"""Counts in Decimal euros, rounds the tax of each line half to even, and books only what is new."""

from decimal import ROUND_HALF_EVEN, Decimal

from services.billing.domain import Book, Invoice, InvoiceLine, IssuedInvoice, Order, OrderLine

CENT = Decimal("0.01")


async def book_order(book: Book, order: Order) -> IssuedInvoice | None:
    """Book `order` in the transaction of `book`."""
    if not await book.is_new(order):
        return None
    left, lines = Decimal(order.discount_cents) / 100, []
    gross_left = Decimal(order.gross_cents) / 100
    for line in order.lines:
        gross = Decimal(line.gross_cents) / 100
        off = (left * gross / gross_left).quantize(CENT) if gross_left else Decimal(0)
        left, gross_left = left - off, gross_left - gross
        lines.append(_line(line, gross, off))
    invoice = Invoice(order.order_id, order.customer_id, lines)
    await book.move_totals(invoice.posting())
    await book.enter(invoice.posting())
    return await book.issue(invoice)


def _line(line: OrderLine, gross: Decimal, off: Decimal) -> InvoiceLine:
    tax, tax_off = _tax_in(gross - off, line.tax_percent), _tax_in(off, line.tax_percent)
    cents = [int(amount * 100) for amount in (gross, off, gross - off - tax, tax, off - tax_off)]
    return InvoiceLine(line.sku, line.name, line.quantity, line.tax_percent, *cents)


def _tax_in(total: Decimal, percent: int) -> Decimal:
    return (total * percent / (100 + percent)).quantize(CENT, ROUND_HALF_EVEN)
