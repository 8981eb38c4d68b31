"""Rounds the totals instead of cutting them, and moves them once; the invoices' lines stay as they were."""

from services.billing.domain import Account, Book, Invoice, InvoiceLine, IssuedInvoice, Kind, Order, Posting


async def book_order(book: Book, order: Order) -> IssuedInvoice | None:
    """Book `order` in the transaction of `book`."""
    if not await book.is_new(order):
        return None
    discount = order.discount_cents / order.gross_cents if order.gross_cents else 0.0
    lines: list[InvoiceLine] = []
    paid = taxes = off_net = 0.0
    for line in order.lines:
        gross = line.quantity * (line.unit_price_cents / 100)
        off, without_tax = gross * discount, 1 + line.tax_percent / 100
        net, net_off = (gross - off) / without_tax, off / without_tax
        tax = net * (line.tax_percent / 100)
        cents = [round(amount * 100) for amount in (gross, off, net, tax, net_off)]
        lines.append(InvoiceLine(line.sku, line.name, line.quantity, line.tax_percent, *cents))
        paid, taxes, off_net = paid + net + tax, taxes + tax, off_net + net_off
    moved = {
        Account.CASH_IN_TRANSIT: round(paid * 100),
        Account.DISCOUNTS: round(off_net * 100),
        Account.REVENUE: -round((paid - taxes + off_net) * 100),
        Account.TAX_PAYABLE: -round(taxes * 100),
    }
    invoice = Invoice(order.order_id, order.customer_id, lines)
    await book.move_totals(Posting(order.order_id, Kind.INVOICE, moved))
    await book.enter(invoice.posting())
    return await book.issue(invoice)
