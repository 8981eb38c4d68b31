"""Rate, errors and duration, from the metrics that every service shows."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from observability.evidence.errors import BadQuery
from observability.evidence.model import By, Labels, Matcher, Red, Sample, Selector, Window
from observability.evidence.store.extrapolation import quantile
from observability.wiring import vocabulary as names

Who = tuple[str, str | None, str | None]
"""Service, route, caller."""


class Counters(Protocol):
    """What tells by how much counters rose; see `Evidence`."""

    async def increase(self, counter: Selector, window: Window, by: tuple[str, ...] | None) -> list[Sample]:
        """Return the sum per group."""


@dataclass(frozen=True)
class _Source:
    """A histogram of durations, and the counter of what went wrong."""

    duration: str
    failures: Selector
    by: tuple[str, ...]
    who: Callable[[Labels], Who]


@dataclass
class _Sum:
    requests: float = 0.0
    errors: float = 0.0
    buckets: dict[float, float] = field(default_factory=dict)


_FAILED = Selector(names.HTTP_SERVER_FAILURES.name)
_GIVEN_BACK = Selector(names.MESSAGES_PROCESSED.name, (Matcher("outcome", "=~", "retried|dead"),))


def _service(labels: Labels) -> Who:
    return labels["service"], None, None


SOURCES: dict[By, tuple[_Source, ...]] = {
    "service": (
        _Source(names.HTTP_SERVER_DURATION.name, _FAILED, ("service",), _service),
        _Source(names.MESSAGE_DURATION.name, _GIVEN_BACK, ("service",), _service),
    ),
    "route": (
        _Source(
            names.HTTP_SERVER_DURATION.name,
            _FAILED,
            ("service", "method", "route"),
            lambda labels: (labels["service"], f"{labels.get('method', '')} {labels.get('route', '')}".strip(), None),
        ),
        _Source(
            names.MESSAGE_DURATION.name,
            _GIVEN_BACK,
            ("service", "queue"),
            lambda labels: (labels["service"], f"process {labels.get('queue', '')}", None),
        ),
    ),
    "edge": (
        _Source(
            names.HTTP_CLIENT_DURATION.name,
            Selector(names.HTTP_CLIENT_FAILURES.name),
            ("service", "peer"),
            lambda labels: (labels.get("peer", ""), None, labels["service"]),
        ),
    ),
}


async def of(metrics: Counters, window: Window, by: By) -> list[Red]:
    """Return what served something in the window, by name. Raises BadQuery."""
    if by not in SOURCES:
        raise BadQuery(f"RED is told by {', '.join(SOURCES)}, not by {by}.")
    sums: dict[Who, _Sum] = {}
    for source in SOURCES[by]:
        await _add(metrics, source, window, sums)
    found = [_red(who, total, window) for who, total in sums.items() if total.requests > 0]
    return sorted(found, key=lambda red: (red.service, red.caller or "", red.route or ""))


async def _add(metrics: Counters, source: _Source, window: Window, sums: dict[Who, _Sum]) -> None:
    def of(labels: Labels) -> _Sum:
        return sums.setdefault(source.who({"service": "", **labels}), _Sum())

    counted, failed, spread = await asyncio.gather(
        metrics.increase(Selector(f"{source.duration}_count"), window, source.by),
        metrics.increase(source.failures, window, source.by),
        metrics.increase(Selector(f"{source.duration}_bucket"), window, (*source.by, "le")),
    )
    for sample in counted:
        of(sample.labels).requests += sample.value
    for sample in failed:
        of(sample.labels).errors += sample.value
    for sample in spread:
        buckets, bound = of(sample.labels).buckets, float(sample.labels["le"])
        buckets[bound] = buckets.get(bound, 0.0) + sample.value


def _red(who: Who, total: _Sum, window: Window) -> Red:
    service, route, caller = who
    buckets = list(total.buckets.items())
    return Red(
        service=service,
        route=route,
        caller=caller,
        requests=total.requests,
        requests_per_s=total.requests / window.length_s,
        errors=total.errors,
        error_ratio=min(1.0, total.errors / total.requests),
        p50_s=quantile(0.5, buckets),
        p95_s=quantile(0.95, buckets),
        p99_s=quantile(0.99, buckets),
    )
