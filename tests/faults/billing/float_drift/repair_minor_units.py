"""Counts in whole cents, gives the last line what is left of the discount, and rounds tax down."""

from services.billing.domain import Book, Invoice, InvoiceLine, IssuedInvoice, Order, OrderLine


async def book_order(book: Book, order: Order) -> IssuedInvoice | None:
    """Book `order` in the transaction of `book`."""
    if not await book.is_new(order):
        return None
    lines, left = [], order.discount_cents
    for position, line in enumerate(order.lines, start=1):
        share = order.discount_cents * line.gross_cents // order.gross_cents if order.gross_cents else 0
        off = left if position == len(order.lines) else share
        left -= off
        lines.append(_line(line, off))
    invoice = Invoice(order.order_id, order.customer_id, lines)
    posting = invoice.posting()
    await book.enter(posting)
    await book.move_totals(posting)
    return await book.issue(invoice)


def _line(line: OrderLine, off: int) -> InvoiceLine:
    paid, percent = line.gross_cents - off, line.tax_percent
    tax, tax_off = (cents * percent // (100 + percent) for cents in (paid, off))
    return InvoiceLine(
        line.sku, line.name, line.quantity, percent, line.gross_cents, off, paid - tax, tax, off - tax_off
    )
