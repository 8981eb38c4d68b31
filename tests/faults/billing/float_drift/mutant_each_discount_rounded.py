"""Counts in whole cents and once, but rounds each line's share of the discount: they do not sum to the discount."""

from services.billing.domain import Book, Invoice, InvoiceLine, IssuedInvoice, Order


async def book_order(book: Book, order: Order) -> IssuedInvoice | None:
    """Book `order` in the transaction of `book`."""
    if not await book.is_new(order):
        return None
    lines = []
    for line in order.lines:
        off = round(order.discount_cents * line.gross_cents / order.gross_cents) if order.gross_cents else 0
        paid, percent = line.gross_cents - off, line.tax_percent
        tax, tax_off = (cents * percent // (100 + percent) for cents in (paid, off))
        cents = [line.gross_cents, off, paid - tax, tax, off - tax_off]
        lines.append(InvoiceLine(line.sku, line.name, line.quantity, percent, *cents))
    invoice = Invoice(order.order_id, order.customer_id, lines)
    await book.move_totals(invoice.posting())
    await book.enter(invoice.posting())
    return await book.issue(invoice)
