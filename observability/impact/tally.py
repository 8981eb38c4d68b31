"""Adding damage up: in total, and by the minute."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from observability.evidence.model import Window
from observability.impact.case import ACCEPTED, Case
from observability.impact.model import Damage, Effect, Impact, Minute, Signals
from observability.impact.signals import MINUTE_S, minute_of
from observability.impact.snapshot import Order


def impact(
    case: Case, found: Sequence[Damage], window: Window, signals: Signals | None, missing: tuple[str, ...]
) -> Impact:
    """Return the bill of a window. What nobody knows the time of is part of every window."""
    orders = [order for order in case.snapshot.orders.values() if _within(window, order.placed_at_s)]
    damages = tuple(damage for damage in found if damage.since_s is None or _within(window, damage.since_s))
    delayed = orders_of(damages, "delayed")
    return Impact(
        window=window,
        orders_placed=len(orders),
        orders_lost=len(orders_of(damages, "lost")),
        orders_delayed=len(delayed),
        payments_pending=sum(order.status == "payment_pending" for order in orders),
        orders_in_flight=sum(order.status in ACCEPTED and order.order_id not in delayed for order in orders),
        money_wrong_cents=cents_of(damages),
        stock_wrong=len({damage.subject for damage in damages if damage.effect == "stock"}),
        customers_affected=tuple(sorted(customers_of(damages))),
        signals=signals,
        minutes=tuple(_minutes(window, orders, damages, signals)),
        damages=damages,
        missing=missing,
    )


def orders_of(damages: Iterable[Damage], effect: Effect) -> set[str]:
    """Return the orders with that effect; a message about no order counts as one."""
    return {damage.order_id or damage.subject for damage in damages if damage.effect == effect}


def cents_of(damages: Iterable[Damage]) -> int:
    """Add up how much money is wrong: one mistake may show in several books, and counts once for each order."""
    largest: defaultdict[str, int] = defaultdict(int)
    for damage in damages:
        about = damage.order_id or damage.subject
        largest[about] = max(largest[about], damage.cents)
    return sum(largest.values())


def customers_of(damages: Iterable[Damage]) -> set[str]:
    """Return the ids of those to whom something was done."""
    return {damage.customer_id for damage in damages if damage.customer_id}


def _within(window: Window, moment_s: float) -> bool:
    # The end is now: what is dated after it has a clock that is ahead.
    return moment_s >= window.start_s


def _minutes(
    window: Window, orders: Iterable[Order], damages: Iterable[Damage], signals: Signals | None
) -> Iterable[Minute]:
    placed: defaultdict[float, int] = defaultdict(int)
    wrong: defaultdict[float, list[Damage]] = defaultdict(list)
    for order in orders:
        placed[minute_of(order.placed_at_s)] += 1
    for damage in damages:
        if damage.since_s is not None:
            wrong[minute_of(damage.since_s)].append(damage)
    failed = signals.failed_checkouts_by_minute if signals else {}
    start_s = min([*placed, *wrong, *failed], default=minute_of(window.end_s))
    while start_s <= window.end_s:
        here = wrong[start_s]
        yield Minute(
            start_s=start_s,
            orders_placed=placed[start_s],
            orders_lost=len(orders_of(here, "lost")),
            orders_delayed=len(orders_of(here, "delayed")),
            money_wrong_cents=cents_of(here),
            customers_affected=len(customers_of(here)),
            failed_checkouts=failed.get(start_s, 0),
        )
        start_s += MINUTE_S
