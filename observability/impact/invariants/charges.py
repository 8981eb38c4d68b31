"""Charges = orders = card ledger."""

from collections.abc import Iterator

from observability.impact.case import ACCEPTED, HALF_DONE, PAID, Case
from observability.impact.model import Damage
from observability.impact.money import euros

ONCE = "an order is charged once"
OWED = "what was charged is what is owed"
AGREED = "payment and card ledger agree"


def once(case: Case) -> Iterator[Damage]:
    """The card network has captured the money for an order once at most, or given back what was too much."""
    for charge in case.snapshot.charges.values():
        excess = max(0, charge.net_cents - charge.largest_cents)
        if charge.captures > 1 and excess:
            says = f"order {charge.order_id} was charged {charge.captures} times, {euros(excess)} too much"
            yield case.damage(ONCE, "money", charge.order_id, says, cents=excess)


def owed(case: Case) -> Iterator[Damage]:
    """A fulfilled order was charged its total, one that is being carried out that or nothing, any other nothing."""
    shot = case.snapshot
    for order_id in shot.charges.keys() | shot.orders.keys():
        charge, order = shot.charges.get(order_id), shot.orders.get(order_id)
        net = charge.net_cents if charge else 0
        total, status = (order.total_cents, order.status) if order else (0, "unknown")
        due = total if status in PAID else 0
        if net == due or (status in ACCEPTED and net == total) or case.in_flight(order_id):
            continue
        says = f"order {order_id} ({status}) owes {euros(due)} and was charged {euros(net)}"
        yield case.damage(OWED, "money", order_id, says, cents=net - due)


def agreed(case: Case) -> Iterator[Damage]:
    """What payment says it has taken is what the card network has taken."""
    shot = case.snapshot
    for order_id in shot.payments.keys() | shot.charges.keys():
        payment, charge = shot.payments.get(order_id), shot.charges.get(order_id)
        net = charge.net_cents if charge else 0
        amount, state = (payment.amount_cents, payment.state) if payment else (0, "unknown")
        said = amount if state == "captured" else 0
        if net == said or (state in HALF_DONE and net == amount) or case.in_flight(order_id):
            continue
        says = f"payment has order {order_id} as {state} with {euros(said)}, the card network has {euros(net)}"
        yield case.damage(AGREED, "money", order_id, says, cents=net - said)
