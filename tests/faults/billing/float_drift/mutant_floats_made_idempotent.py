"""Moves totals only for what is new, but goes on to count in floats."""

from services.billing.domain import Account, Book, Invoice, InvoiceLine, IssuedInvoice, Kind, Order, Posting


async def book_order(book: Book, order: Order) -> IssuedInvoice | None:
    """Book `order` in the transaction of `book`."""
    if not await book.is_new(order):
        return None
    discount = order.discount_cents / order.gross_cents if order.gross_cents else 0.0
    lines: list[InvoiceLine] = []
    euros = dict.fromkeys(Account, 0.0)
    for line in order.lines:
        gross = line.quantity * (line.unit_price_cents / 100)
        off, without_tax = gross * discount, 1 + line.tax_percent / 100
        net, net_off = (gross - off) / without_tax, off / without_tax
        tax = net * (line.tax_percent / 100)
        cents = [round(amount * 100) for amount in (gross, off, net, tax, net_off)]
        lines.append(InvoiceLine(line.sku, line.name, line.quantity, line.tax_percent, *cents))
        euros[Account.CASH_IN_TRANSIT] += net + tax
        euros[Account.DISCOUNTS] += net_off
        euros[Account.REVENUE] -= net + net_off
        euros[Account.TAX_PAYABLE] -= tax
    invoice = Invoice(order.order_id, order.customer_id, lines)
    moved = {account: int(amount * 100) for account, amount in euros.items()}
    await book.move_totals(Posting(order.order_id, Kind.INVOICE, moved))
    await book.enter(invoice.posting())
    return await book.issue(invoice)
