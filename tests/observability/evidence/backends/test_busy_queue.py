"""Claims about the graph when a worker is behind: the latest traces are those of messages that still wait."""

import asyncio
from typing import Any, cast

from observability.evidence.backends import graph
from observability.evidence.backends.jaeger import Traces
from observability.evidence.backends.prometheus import Metrics
from observability.evidence.model import Kind, Sample, Selector, Span, Trace, TraceQuery, Window

WINDOW = Window(0, 900)
SHOP, WORKER = "far-shop", "far-worker"


def span(place: int, above: int, service: str, kind: Kind) -> Span:
    """Return a span of the one trace that is whole."""
    ids = (f"{1:032x}", f"{place:016x}", f"{above:016x}" if above else "")
    return Span(*ids, service, f"{service}-1", "send", kind, 10.0 + place, 0.1, False, "", {}, {})


class Counted:
    """Metrics that have counted deliveries, and nothing else."""

    def __init__(self, deliveries: float) -> None:
        self._deliveries = deliveries

    async def increase(self, counter: Selector, window: Window, by: tuple[str, ...] | None = None) -> list[Sample]:
        """Return what the worker has counted."""
        handled = counter.metric.startswith("messaging_process") and by == ("service",)
        return [Sample({"service": WORKER}, self._deliveries, window.end_s)] if handled else []


class Late:
    """Traces of which the latest are not whole yet; who asks for the worker's is given one that is."""

    async def search(self, wanted: TraceQuery, window: Window, most: int) -> list[Trace]:
        """Return traces."""
        del window, most
        whole = (span(1, 0, SHOP, "producer"), span(2, 1, WORKER, "consumer"))
        return [Trace(f"{1:032x}", whole if wanted.service == WORKER else whole[:1])]


def edges(deliveries: float) -> list[tuple[Any, ...]]:
    """Return who sends whom how many messages."""
    of = graph.of(cast(Metrics, Counted(deliveries)), cast(Traces, Late()), WINDOW)
    return [(one.caller, one.callee, one.via, one.calls) for one in asyncio.run(of).edges]


def test_who_handled_messages_is_looked_for_when_no_late_trace_tells_who_sent_them() -> None:
    """As often as it has handled some."""
    assert edges(40.0) == [(SHOP, WORKER, "queue", 40)]


def test_nobody_is_looked_for_who_handled_none() -> None:
    """There is no such call."""
    assert edges(0.0) == []
