"""Nothing is promised that is not there, and nothing is kept from sale for nobody."""

from collections.abc import Iterator

from observability.impact.case import ACCEPTED, PAID, Case
from observability.impact.model import Damage
from observability.impact.snapshot import Order, Reservation

POSITIVE = "stock is never negative"
RESERVED = "the reservation of an order is what the order needs"
ACCOUNTED = "every unit is accounted for, and none is sold twice"


def positive(case: Case) -> Iterator[Damage]:
    """Fewer than no units cannot be there."""
    for sku, units in case.snapshot.available.items():
        if units < 0:
            yield Damage(POSITIVE, "stock", sku, f"{sku}: {units} units can be sold")


def reserved(case: Case) -> Iterator[Damage]:
    """Goods of a fulfilled order have left, those of an accepted one are held, those of any other are free."""
    shot = case.snapshot
    for order in shot.orders.values():
        reservation = shot.reservations.get(order.order_id)
        state = reservation.state if reservation else "missing"
        if state not in _allowed(order) and not case.in_flight(order.order_id):
            says = f"the reservation of order {order.order_id} ({order.status}) is {state}"
            yield case.damage(RESERVED, "stock", order.order_id, says)


def _allowed(order: Order) -> set[str]:
    if order.status in PAID:
        return {"committed"}
    if order.status in ACCEPTED:
        return {"held", "committed"} | ({"missing"} if order.stock_unconfirmed else set())
    return {"released", "missing"} | ({"held"} if order.status == "placing" else set())


def accounted(case: Case) -> Iterator[Damage]:
    """Units there and units gone are those at the start and those bought."""
    shot = case.snapshot
    for sku, available in shot.available.items():
        if sku not in shot.seed:
            continue
        supply = shot.seed[sku] + shot.bought.get(sku, 0)
        excess = available + shot.gone[sku] - supply
        if excess < 0:
            yield Damage(ACCOUNTED, "stock", sku, f"{sku}: {-excess} units are missing, of {supply}")
        elif excess:
            yield from _oversold(case, sku, excess)


def _oversold(case: Case, sku: str, excess: int) -> Iterator[Damage]:
    """Name the latest orders: they were promised what others had been promised before."""
    takers = [each for each in case.snapshot.reservations.values() if each.state != "released" and sku in each.units]
    says = f"{sku}: {excess} units more are sold or on sale than there ever were"
    yield Damage(ACCOUNTED, "stock", sku, says)
    for taker in sorted(takers, key=_latest_first):
        if excess <= 0:
            return
        excess -= taker.units[sku]
        order_id = taker.order_id
        says = f"order {order_id} was promised {taker.units[sku]} units of {sku} that are sold to others"
        customer_id, since_s = case.customer_of(order_id), taker.changed_at_s
        yield Damage(ACCOUNTED, "stock", f"{sku} {order_id}", says, order_id, customer_id, since_s=since_s)


def _latest_first(reservation: Reservation) -> float:
    return -reservation.changed_at_s
