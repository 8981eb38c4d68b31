"""Invoices = orders, orders are the sum of what was ordered, and invoices are in the right month."""

from collections.abc import Iterator
from datetime import UTC, datetime

from observability.impact.case import ACCEPTED, PAID, Case
from observability.impact.model import Damage
from observability.impact.money import euros
from observability.impact.snapshot import Invoice

INVOICED = "what is invoiced is what was ordered"
PRICED = "an order costs the sum of its lines"
DATED = "an invoice is dated when it was issued, and counts in that month"


def invoiced(case: Case) -> Iterator[Damage]:
    """A fulfilled order has an invoice over its total; one that is being carried out may; no other has."""
    shot = case.snapshot
    for order_id in shot.orders.keys() | shot.invoices.keys():
        order, invoice = shot.orders.get(order_id), shot.invoices.get(order_id)
        total, status = (order.total_cents, order.status) if order else (0, "unknown")
        due = total if status in PAID else 0
        issued = invoice.lines_cents if invoice and invoice.status == "issued" else 0
        if issued == due or (status in ACCEPTED and issued == total) or case.in_flight(order_id):
            continue
        says = f"order {order_id} ({status}) should be invoiced over {euros(due)} and is over {euros(issued)}"
        yield case.damage(INVOICED, "money", order_id, says, cents=issued - due)


def priced(case: Case) -> Iterator[Damage]:
    """The total of an order is the price of its lines less the discount."""
    for order in case.snapshot.orders.values():
        lines = (order.lines_cents or 0) - order.discount_cents
        if lines != order.total_cents:
            says = f"order {order.order_id} costs {euros(order.total_cents)} and its lines {euros(lines)}"
            yield case.damage(PRICED, "money", order.order_id, says, cents=lines - order.total_cents)


def dated(case: Case) -> Iterator[Damage]:
    """An invoice is no older than its order, is not from the future, and has the number of its month in UTC."""
    for invoice in case.snapshot.invoices.values():
        if wrong := _misdated(case, invoice):
            says = f"the invoice of order {invoice.order_id} is {wrong}"
            yield case.damage(DATED, "money", invoice.order_id, says)


def _misdated(case: Case, invoice: Invoice) -> str:
    order = case.snapshot.orders.get(invoice.order_id)
    month = datetime.fromtimestamp(invoice.issued_at_s, UTC).strftime("%Y-%m")
    if order is not None and invoice.issued_at_s < order.placed_at_s:
        return "older than the order"
    if case.age_s(invoice.issued_at_s) < -case.patience.settle_s:
        return "from the future"
    return f"of {month} and counts in {invoice.month}" if invoice.month != month else ""
