"""Invoices = orders, and orders are the sum of what was ordered."""

from collections.abc import Iterator

from observability.impact.case import ACCEPTED, PAID, Case
from observability.impact.model import Damage
from observability.impact.money import euros

INVOICED = "what is invoiced is what was ordered"
PRICED = "an order costs the sum of its lines"


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
