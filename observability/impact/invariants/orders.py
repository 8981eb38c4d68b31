"""What was promised to a customer comes, and comes soon."""

from collections.abc import Iterator

from observability.impact.case import ACCEPTED, Case
from observability.impact.model import Damage
from observability.impact.money import euros

CARRIED_OUT = "accepted orders are carried out in time"
KEPT = "every order is in the order book"
PROMISED = "an accepted order is not given up"
CHARGED = "nobody is charged for an order that was given up"
DELIVERED = "no message is given up"
GIVEN_UP = frozenset({"abandoned", "rejected"})


def carried_out(case: Case) -> Iterator[Damage]:
    """Accepted orders are fulfilled, checkouts finished or given up, within the time that this may take."""
    limits_s = dict.fromkeys(ACCEPTED, case.patience.delayed_after_s) | {"placing": case.patience.unfinished_after_s}
    for order in case.snapshot.orders.values():
        limit_s = limits_s.get(order.status)
        if limit_s is not None and case.age_s(order.placed_at_s) >= limit_s:
            says = f"order {order.order_id} is still {order.status} after more than {limit_s:g} s"
            yield case.damage(CARRIED_OUT, "delayed", order.order_id, says)


def kept(case: Case) -> Iterator[Damage]:
    """Whatever was accepted, charged, invoiced or reserved is an order of the order service."""
    shot = case.snapshot
    known: dict[str, list[str]] = {}
    for book, order_ids in (
        ("its customer", case.accepted.keys()),
        ("payment", (each.order_id for each in shot.payments.values() if each.amount_cents)),
        ("the card network", shot.charges.keys()),
        ("the inventory", (each.order_id for each in shot.reservations.values() if each.units)),
        ("billing", shot.invoices.keys()),
    ):
        for order_id in order_ids:
            if order_id not in shot.orders:
                known.setdefault(order_id, []).append(book)
    for order_id, books in known.items():
        if not case.in_flight(order_id):
            says = f"order {order_id} is not in the order book, and known to {', '.join(books)}"
            yield case.damage(KEPT, "lost", order_id, says)


def promised(case: Case) -> Iterator[Damage]:
    """An order that was answered with yes is not given up as if nothing had been promised."""
    for order in case.snapshot.orders.values():
        accepted = order.placed_as in ACCEPTED or order.order_id in case.accepted
        if accepted and order.status in GIVEN_UP | {"placing"}:
            says = f"order {order.order_id} was accepted and is now {order.status}"
            yield case.damage(PROMISED, "lost", order.order_id, says)


def charged(case: Case) -> Iterator[Damage]:
    """Who was charged for an order that was then given up has lost it."""
    for charge in case.snapshot.charges.values():
        order = case.snapshot.orders.get(charge.order_id)
        given_up = order is not None and order.status in GIVEN_UP
        if given_up and charge.net_cents > 0 and not case.in_flight(charge.order_id):
            says = f"order {charge.order_id} was given up after {euros(charge.net_cents)} had been charged"
            yield case.damage(CHARGED, "lost", charge.order_id, says, cents=charge.net_cents)


def delivered(case: Case) -> Iterator[Damage]:
    """A dead letter waits for a person, and its order with it."""
    for letter in case.snapshot.letters:
        about = f"{letter.topic}, order {letter.order_id}" if letter.order_id else letter.topic
        customer_id = letter.customer_id or (case.customer_of(letter.order_id) if letter.order_id else None)
        yield Damage(
            DELIVERED,
            "delayed",
            letter.message_id,
            f"a message ({about}) was given up: {letter.reason}",
            letter.order_id,
            customer_id,
            since_s=letter.dead_at_s,
        )
