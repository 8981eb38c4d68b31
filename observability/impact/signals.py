"""What customers met, asked of the evidence store."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from observability.evidence.evidence import Evidence
from observability.evidence.model import Labels, LogQuery, Matcher, Point, Selector, Window
from observability.impact.model import Signals
from observability.wiring import vocabulary

MINUTE_S = 60.0
DOOR = "load-balancer"
"""Where customers come in. It does not know routes: what is posted there is a checkout, or else a cancellation."""
ORDER_TAKER, PLACED = "order-service", "order.placed"
PAGE, MOST_PAGES = 1000, 20
STEP_S, MOST_STEPS = 5.0, 1000
_FAILED = Selector(
    f"{vocabulary.HTTP_SERVER_DURATION.name}_count", (Matcher("service", "=", DOOR), Matcher("status", "=~", "5.."))
)
_OUTCOMES = Selector(vocabulary.ORDERS.name)


@dataclass(frozen=True)
class Rise:
    """By how much a counter rose, and when."""

    labels: Labels
    time_s: float
    by: int


async def signals(evidence: Evidence, window: Window) -> Signals:
    """Return what the store knows of a window. Raises `EvidenceError`."""
    failed = await _risen(evidence, _FAILED, window)
    checkouts = [rise for rise in failed if rise.labels.get("method") == "POST"]
    return Signals(
        failed_checkouts=_counted(checkouts, "status"),
        failed_requests=_counted(failed, "status"),
        outcomes=_counted(await _risen(evidence, _OUTCOMES, window), "outcome"),
        failed_checkouts_by_minute=_by_minute(checkouts),
        accepted=await _accepted(evidence, window),
    )


def minute_of(moment_s: float) -> float:
    """Return the start of the minute in which a moment is."""
    return moment_s // MINUTE_S * MINUTE_S


async def _risen(evidence: Evidence, counter: Selector, window: Window) -> list[Rise]:
    """Return every rise of a counter in a window.

    `Evidence.increase` says how fast something grows, which leaves out the first failure of a kind: its series begins
    with it. Here every single one counts, so a series that begins within the window has begun at zero.
    """
    step_s = max(STEP_S, ceil(window.length_s / MOST_STEPS))
    steps = Window(window.start_s, window.end_s + step_s)
    return [
        Rise(series.labels, min(time_s, window.end_s), rise)
        for series in await evidence.range(counter, steps, step_s)
        for time_s, rise in _rises(series.points, window.start_s)
    ]


def _rises(points: tuple[Point, ...], start_s: float) -> Iterable[tuple[float, int]]:
    if points and points[0].time_s > start_s:
        yield points[0].time_s, round(points[0].value)
    for before, after in pairwise(points):
        # A counter that fell belongs to a process that has been started anew.
        rise = after.value - before.value if after.value >= before.value else after.value
        yield after.time_s, round(rise)


def _by_minute(rises: Iterable[Rise]) -> dict[float, int]:
    counted: Counter[float] = Counter()
    for rise in rises:
        counted[minute_of(rise.time_s)] += rise.by
    return {start_s: number for start_s, number in sorted(counted.items()) if number}


def _counted(rises: Iterable[Rise], label: str) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for rise in rises:
        counted[rise.labels.get(label, "")] += rise.by
    return {name: number for name, number in sorted(counted.items()) if number}


async def _accepted(evidence: Evidence, window: Window) -> Mapping[str, str]:
    """Return the orders that the order service says it has taken: their customers were told so."""
    wanted = LogQuery(service=ORDER_TAKER, event=PLACED)
    accepted: dict[str, str] = {}
    cursor = None
    for _ in range(MOST_PAGES):
        page = await evidence.logs(wanted, window, PAGE, cursor)
        accepted |= {
            str(record.fields["order_id"]): str(record.fields.get("customer_id", ""))
            for record in page.items
            if "order_id" in record.fields
        }
        if (cursor := page.cursor) is None:
            break
    return accepted
