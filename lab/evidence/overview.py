"""What `lab top` shows: rate, errors and duration of every service and every way between two, and who is down."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.evidence.sparkline import spread
from observability.evidence.model import Range, Red, Selector, Window

if TYPE_CHECKING:
    from observability.evidence.evidence import Evidence

NOT_OF_THE_PLATFORM = frozenset({"controller", "evidence", "loadgen", "mesh"})
"""Short names of processes that serve no customer."""
STEPS = 20
LEAST_OVER_S = 15.0
SERVED = "http_server_request_duration_seconds_count"
PROCESSED = "messaging_process_duration_seconds_count"
CALLED = "http_client_request_duration_seconds_count"
Trend = tuple[float | None, ...]


@dataclass(frozen=True)
class Replicas:
    """How many there are of a service, as the lab says."""

    wanted: int
    ready: int
    restarts: int
    down: tuple[str, ...]
    """Those that are not ready."""


@dataclass(frozen=True)
class ServiceLine:
    """One service."""

    red: Red | None
    """None: it served nothing in the window."""
    service: str
    trend_per_s: Trend
    """Rates over the longer window, oldest first; null: not known."""
    replicas: Replicas | None
    """None: the lab does not answer, or knows nothing of it."""


@dataclass(frozen=True)
class EdgeLine:
    """One way between two services."""

    red: Red
    trend_per_s: Trend


@dataclass(frozen=True)
class Overview:
    """Everything at one moment."""

    time_s: float
    window_s: float
    """What rates, errors and durations are taken from."""
    trend_s: float
    """How far back trends go."""
    services: tuple[ServiceLine, ...]
    edges: tuple[EdgeLine, ...]


async def overview(evidence: "Evidence", window_s: float, trend_s: float, status: Mapping[str, Any] | None) -> Overview:
    """Ask for everything at once. `status` is what `lab status` tells; None: not known."""
    now_s = await evidence.now()
    window, longer = Window(now_s - window_s, now_s), Window(now_s - trend_s, now_s)
    step_s = trend_s / STEPS
    over_s = max(LEAST_OVER_S, step_s)

    async def rates(metric: str, *by: str) -> list[Range]:
        # One point more: the first one, at the very beginning, knows least.
        moved = Window(longer.start_s + step_s, longer.end_s + step_s / 2)
        return await evidence.rates(Selector(metric), moved, step_s, over_s, by)

    services, edges, served, processed, called = await asyncio.gather(
        evidence.red(window),
        evidence.red(window, "edge"),
        rates(SERVED, "service"),
        rates(PROCESSED, "service"),
        rates(CALLED, "service", "peer"),
    )
    shifted = Window(longer.start_s + step_s / 2, longer.end_s + step_s / 2)
    of_services = _trends([*served, *processed], ("service",), shifted)
    of_edges = _trends(called, ("service", "peer"), shifted)
    return Overview(
        now_s,
        window_s,
        trend_s,
        tuple(_services(services, of_services, replicas_of(status))),
        tuple(EdgeLine(one, of_edges.get((one.caller or "", one.service), ())) for one in _sorted(edges)),
    )


def replicas_of(status: Mapping[str, Any] | None) -> dict[str, Replicas]:
    """Return the replicas of every service of the platform."""
    services: dict[str, list[Mapping[str, Any]]] = {}
    for replica in (status or {}).get("replicas", ()):
        if replica["short"] not in NOT_OF_THE_PLATFORM:
            services.setdefault(replica["service"], []).append(replica)
    return {
        service: Replicas(
            len(some),
            sum(one["state"] == "ready" for one in some),
            sum(one["restarts"] for one in some),
            tuple(one["instance"] for one in some if one["state"] != "ready"),
        )
        for service, some in services.items()
    }


def _services(
    reds: Sequence[Red], trends: Mapping[tuple[str, ...], Trend], replicas: Mapping[str, Replicas]
) -> list[ServiceLine]:
    found = {one.service: one for one in _sorted(reds)}
    names = [*found, *sorted(set(replicas).difference(found))]
    return [ServiceLine(found.get(name), name, trends.get((name,), ()), replicas.get(name)) for name in names]


def _sorted(reds: Sequence[Red]) -> list[Red]:
    """Return those that serve most first; by name where it is the same, so that lines keep their places."""
    return sorted(reds, key=lambda one: (-round(one.requests_per_s), one.caller or "", one.service))


def _trends(ranges: Sequence[Range], by: tuple[str, ...], window: Window) -> dict[tuple[str, ...], Trend]:
    """Return trends by labels; where two metrics tell of the same, their sum."""
    found: dict[tuple[str, ...], Trend] = {}
    for one in ranges:
        key = tuple(one.labels.get(label, "") for label in by)
        values = spread(one, window, STEPS)
        before = found.get(key, (None,) * STEPS)
        found[key] = tuple(_sum(a, b) for a, b in zip(before, values, strict=True))
    return found


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other
