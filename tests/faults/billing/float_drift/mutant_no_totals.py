"""Deletes what disagrees: the running totals are not moved at all."""

from services.billing.domain import Book, Invoice, InvoiceLine, IssuedInvoice, Order


async def book_order(book: Book, order: Order) -> IssuedInvoice | None:
    """Book `order` in the transaction of `book`."""
    if not await book.is_new(order):
        return None
    lines, left = [], order.discount_cents
    for position, line in enumerate(order.lines, start=1):
        share = order.discount_cents * line.gross_cents // order.gross_cents if order.gross_cents else 0
        off = left if position == len(order.lines) else share
        left -= off
        paid, percent = line.gross_cents - off, line.tax_percent
        tax, tax_off = (cents * percent // (100 + percent) for cents in (paid, off))
        cents = [line.gross_cents, off, paid - tax, tax, off - tax_off]
        lines.append(InvoiceLine(line.sku, line.name, line.quantity, percent, *cents))
    invoice = Invoice(order.order_id, order.customer_id, lines)
    await book.enter(invoice.posting())
    return await book.issue(invoice)
