"""The graph of services: what was added up, and the last seconds that were not yet."""

from typing import Any

from observability.evidence.model import GraphEdge, ServiceGraph, TraceCycle, Via, Window
from observability.evidence.store import calls
from observability.evidence.store.cycles import on_a_way_round, ways_round
from observability.evidence.store.reading import Reader

NS = 1_000_000_000
_ALL = (1 << 32) - 1
_CALLS = """
SELECT caller, callee, via, bin, sum(calls), sum(errors) FROM {s}.calls WHERE time > ? AND time < ? GROUP BY ALL
"""
_CYCLES = "SELECT time, trace, services FROM {s}.cycles WHERE time >= ? AND time < ?"


class _Sum:
    def __init__(self) -> None:
        self.calls, self.errors = 0, 0
        self.bins: dict[int, int] = {}

    def add(self, number: int, count: int, errors: int) -> None:
        self.calls += count
        self.errors += errors
        self.bins[number] = self.bins.get(number, 0) + count

    def quantile_s(self, wanted: float) -> float:
        rank, seen = wanted * self.calls, 0
        for number, count in sorted(self.bins.items()):
            if seen + count >= rank:
                return float(2 ** ((number + (rank - seen) / count) / calls.BINS_PER_DOUBLING)) / NS
            seen += count
        return 0.0


def of(reader: Reader, window: Window) -> ServiceGraph:
    """Return who called whom; a stretch of ten seconds belongs to a window when it ends in it."""
    start, end = round(window.start_s * NS), round(window.end_s * NS)
    sums: dict[tuple[str, str, Via], _Sum] = {}
    round_trips: list[tuple[Any, ...]] = []
    slices = reader.slices(window.start_s)
    for one in slices:
        for caller, callee, via, number, count, errors in reader.rows(one, _CALLS, start - calls.BUCKET_NS, end):
            sums.setdefault((caller, callee, via), _Sum()).add(number, int(count), int(errors))
        round_trips += reader.rows(one, _CYCLES, start, end)
    newest, before = [*reader.slices(), None][:2]
    after = calls.rolled(reader.run, newest)  # type: ignore[arg-type]
    for bucket, caller, callee, via, number, count, errors in calls.between(reader.run, newest, before, after, _ALL):  # type: ignore[arg-type]
        if start - calls.BUCKET_NS < bucket < end:
            sums.setdefault((caller, callee, via), _Sum()).add(number, count, errors)
    synchronous = [(caller, callee) for caller, callee, via in sums if via == "http"]
    suspects = on_a_way_round(synchronous)
    round_trips += [
        row
        for row in calls.cycles_between(reader.run, newest, after, _ALL, suspects)  # type: ignore[arg-type]
        if start <= row[0] < end
    ]
    return ServiceGraph(
        window=window,
        services=tuple(sorted({name for caller, callee, _ in sums for name in (caller, callee)})),
        edges=tuple(_edge(*names, total) for names, total in sorted(sums.items())),
        cycles=tuple(ways_round(synchronous)),
        trace_cycles=_trace_cycles(round_trips),
    )


def _edge(caller: str, callee: str, via: Via, total: _Sum) -> GraphEdge:
    ratio = total.errors / total.calls if total.calls else 0.0
    return GraphEdge(
        caller, callee, via, total.calls, total.errors, ratio, total.quantile_s(0.5), total.quantile_s(0.95)
    )


def _trace_cycles(rows: list[tuple[Any, ...]]) -> tuple[TraceCycle, ...]:
    by_way: dict[tuple[str, ...], dict[str, None]] = {}
    for _, trace, services in sorted(rows):
        by_way.setdefault(tuple(services.split(" ")), {})[trace] = None
    return tuple(TraceCycle(way, len(traces), next(reversed(traces))) for way, traces in sorted(by_way.items()))
