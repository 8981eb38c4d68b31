"""What a question over HTTP is made of: its parameters, described, and what they mean."""

from typing import Annotated

from fastapi import Depends, Path, Query

from observability.evidence.errors import BadQuery
from observability.evidence.evidence import Evidence
from observability.evidence.loglines import LEVELS
from observability.evidence.model import By, LogQuery, TraceQuery, Window
from observability.evidence.moments import DURATIONS, duration_s, moment_s

DEFAULT_START = "5m"
MOST_ITEMS = 1000
MOST_POINTS = 11_000
"""As many moments as one series may be asked for: as in Prometheus."""

_TIME = f"Unix seconds, RFC 3339 (`2026-01-31T12:00:00Z`), how long ago (`5m`: {DURATIONS}), or `now`"
_DURATION = f"{DURATIONS}, or seconds"

SelectorText = Annotated[
    str,
    Query(
        description="which series, as in PromQL: a name, and conditions with `=`, `!=`, `=~`, `!~`",
        examples=['orders_total{service="order-service",outcome!="confirmed"}'],
    ),
]
At = Annotated[str, Query(description=f"when: {_TIME}", examples=["now"])]
Step = Annotated[str, Query(description=f"from one point to the next: {_DURATION}", examples=["15s"])]
Over = Annotated[str, Query(description=f"how far each rate looks back: {_DURATION}", examples=["1m"])]
Labels = Annotated[
    list[str] | None,
    Query(
        description="labels to group by, with commas or repeated; empty: one group of all; left out: every series",
        examples=["service,route"],
    ),
]
Quantile = Annotated[float, Query(ge=0, le=1, alias="q", description="which share lies below", examples=[0.95])]
RedBy = Annotated[By, Query(description="of every service, every route, or every way between two services")]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="most items to return")]
Cursor = Annotated[str | None, Query(description="`cursor` of the page before; the rest has to be asked as before")]
TraceId = Annotated[
    str, Path(max_length=64, description="32 hexadecimal digits, or the first of them", examples=["55ff4055"])
]


def labels(by: list[str] | None) -> tuple[str, ...] | None:
    """Return the labels that are meant; None: no grouping."""
    if by is None:
        return None
    return tuple(name.strip() for part in by for name in part.split(",") if name.strip())


def step_s(step: str, window: Window) -> float:
    """Return a step. Raises `BadQuery` when it is none, or makes more points than anybody can look at."""
    found = duration_s(step)
    if found <= 0:
        raise BadQuery(f"A step of {step} leads nowhere. Write 15s, for instance.")
    if window.length_s / found > MOST_POINTS:
        least = window.length_s / MOST_POINTS
        raise BadQuery(
            f"That makes more than {MOST_POINTS} points of each series. Write a step of {least:.3g}s or more."
        )
    return found


class WindowAsked:
    """From when to when."""

    def __init__(
        self,
        start: Annotated[str, Query(description=f"where the window begins: {_TIME}")] = DEFAULT_START,
        end: Annotated[str, Query(description=f"where it ends; this moment is no part of it: {_TIME}")] = "now",
    ) -> None:
        self._start, self._end = start, end

    async def at(self, evidence: Evidence) -> Window:
        """Return the window that is meant now. Raises `BadQuery`."""
        now_s = await evidence.now()
        window = Window(moment_s(self._start, now_s), moment_s(self._end, now_s))
        if window.length_s <= 0:
            raise BadQuery(
                f"The window from {self._start} to {self._end} is empty: it ends before anything is in it. "
                "Write a start that is earlier than the end."
            )
        return window


def traces_asked(
    service: Annotated[str | None, Query(description="who did the work", examples=["order-service"])] = None,
    name: Annotated[str | None, Query(description="of a span", examples=["POST /orders"])] = None,
    min_duration: Annotated[str | None, Query(description=f"at least: {_DURATION}", examples=["500ms"])] = None,
    max_duration: Annotated[str | None, Query(description=f"at most: {_DURATION}")] = None,
    error: Annotated[bool | None, Query(description="whether it failed")] = None,
    attribute: Annotated[
        list[str] | None,
        Query(description="`key=value` of a span; repeated: all hold", examples=["db.namespace=order"]),
    ] = None,
) -> TraceQuery:
    """Return which traces are meant. Raises `BadQuery`."""
    return TraceQuery(
        service,
        name,
        None if min_duration is None else duration_s(min_duration),
        None if max_duration is None else duration_s(max_duration),
        error,
        dict(map(_pair, attribute or ())),
    )


def logs_asked(
    service: Annotated[str | None, Query(description="service or replica", examples=["order-service-1"])] = None,
    level: Annotated[str | None, Query(description=f"this level or above: {', '.join(LEVELS)}")] = None,
    text: Annotated[str | None, Query(description="stands somewhere in the record, case aside")] = None,
    trace: Annotated[str | None, Query(description="of this trace; the first digits are enough")] = None,
    event: Annotated[str | None, Query(description="exactly this event", examples=["order.placed"])] = None,
) -> LogQuery:
    """Return which records are meant. Raises `BadQuery`."""
    if level is not None and level not in LEVELS:
        raise BadQuery(f"{level!r} is no level. Write one of {', '.join(LEVELS)}.")
    return LogQuery(service, level, text, trace, event)


def _pair(told: str) -> tuple[str, str]:
    key, equals, value = told.partition("=")
    if not key or not equals:
        raise BadQuery(f"{told!r} is no attribute with its value. Write key=value, db.namespace=order for instance.")
    return key, value


InWindow = Annotated[WindowAsked, Depends()]
WhichTraces = Annotated[TraceQuery, Depends(traces_asked)]
WhichLogs = Annotated[LogQuery, Depends(logs_asked)]
