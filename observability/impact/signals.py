"""What customers met, asked of the evidence store."""

from collections import Counter
from collections.abc import Iterable, Mapping

from observability.evidence.evidence import Evidence
from observability.evidence.model import LogQuery, Matcher, Sample, Selector, Window
from observability.impact.model import Signals
from observability.wiring import vocabulary

MINUTE_S = 60.0
DOOR = "load-balancer"
"""Where customers come in. It does not know routes: what is posted there is a checkout, or else a cancellation."""
ORDER_TAKER, PLACED = "order-service", "order.placed"
PAGE, MOST_PAGES = 1000, 20
_FAILED = Selector(
    f"{vocabulary.HTTP_SERVER_DURATION.name}_count", (Matcher("service", "=", DOOR), Matcher("status", "=~", "5.."))
)
_FAILED_CHECKOUTS = Selector(_FAILED.metric, (*_FAILED.matchers, Matcher("method", "=", "POST")))
_OUTCOMES = Selector(vocabulary.ORDERS.name)


async def signals(evidence: Evidence, window: Window, *, by_minute: bool = True) -> Signals:
    """Return what the store knows of a window. Raises `EvidenceError`."""
    return Signals(
        failed_checkouts=_counted(await evidence.increase(_FAILED_CHECKOUTS, window, ("status",)), "status"),
        failed_requests=_counted(await evidence.increase(_FAILED, window, ("status",)), "status"),
        outcomes=_counted(await evidence.increase(_OUTCOMES, window, ("outcome",)), "outcome"),
        failed_checkouts_by_minute=await _by_minute(evidence, window) if by_minute else {},
        accepted=await _accepted(evidence, window),
    )


async def _by_minute(evidence: Evidence, window: Window) -> dict[float, int]:
    first_s = minute_of(window.start_s)
    # The rate at the end of a minute is that of the minute; the window's end belongs to it here.
    ends = Window(first_s + MINUTE_S, minute_of(window.end_s) + 2 * MINUTE_S)
    failed: Counter[float] = Counter()
    for series in await evidence.rates(_FAILED_CHECKOUTS, ends, MINUTE_S, MINUTE_S, ()):
        for point in series.points:
            failed[point.time_s - MINUTE_S] += round(point.value * MINUTE_S)
    return {start_s: number for start_s, number in failed.items() if number}


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


def minute_of(moment_s: float) -> float:
    """Return the start of the minute in which a moment is."""
    return moment_s // MINUTE_S * MINUTE_S


def _counted(samples: Iterable[Sample], label: str) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for sample in samples:
        counted[sample.labels.get(label, "")] += round(sample.value)
    return {name: number for name, number in sorted(counted.items()) if number}
