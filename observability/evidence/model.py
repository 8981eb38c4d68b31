"""What evidence is made of. Times are Unix time in seconds, durations seconds; the suffix of a name says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal, TypeVar

Item = TypeVar("Item")
Labels = Mapping[str, str]
"""Of a series. `service` and `instance` are always there: the scraper sets them."""

Match = Literal["=", "!=", "=~", "!~"]
By = Literal["service", "route", "edge"]
Via = Literal["http", "queue"]
Kind = Literal["internal", "server", "client", "producer", "consumer"]


class _Told:
    """What the HTTP API goes by: how a result is written as JSON, and that its docstrings describe its members."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"ser_json_inf_nan": "strings", "use_attribute_docstrings": True}


@dataclass(frozen=True)
class Window(_Told):
    """A stretch of time; the start belongs to it, the end does not."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How long it is."""
        return self.end_s - self.start_s


@dataclass(frozen=True)
class Matcher:
    """A condition on one label, as in PromQL; a regular expression has to fit as a whole, and "" is a missing label."""

    label: str
    operator: Match
    value: str


@dataclass(frozen=True)
class Selector:
    """Which series are meant: `orders_total{outcome="confirmed"}`."""

    metric: str
    """Name of a sample as it is exposed: `orders_total`, `http_server_request_duration_seconds_bucket`."""
    matchers: tuple[Matcher, ...] = ()


@dataclass(frozen=True)
class Sample(_Told):
    """One series, or one group of series, at one moment."""

    labels: Labels
    value: float
    time_s: float


@dataclass(frozen=True)
class Point(_Told):
    """One value of a series."""

    time_s: float
    value: float


@dataclass(frozen=True)
class Range(_Told):
    """One series, or one group of series, over time."""

    labels: Labels
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Exemplar(_Told):
    """One measurement out of many, with the trace that it was taken in."""

    metric: str
    labels: Labels
    value: float
    time_s: float
    trace_id: str
    span_id: str


@dataclass(frozen=True)
class Red(_Told):
    """Rate, errors and duration of one service, one route of it, or one way between two services."""

    service: str
    """Who serves; of an edge, who is called."""
    route: str | None
    """`POST /orders`; only by route."""
    caller: str | None
    """Only by edge."""
    requests: float
    """In the whole window."""
    requests_per_s: float
    errors: float
    error_ratio: float
    """0 to 1; 0 without requests."""
    p50_s: float | None
    """None without requests."""
    p95_s: float | None
    p99_s: float | None


@dataclass(frozen=True)
class SpanEvent(_Told):
    """Something that happened within a span: an exception, above all."""

    name: str
    time_s: float
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Span(_Told):
    """One operation of one service."""

    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits."""
    parent_id: str
    """Empty at a root."""
    service: str
    instance: str
    name: str
    kind: Kind
    start_s: float
    duration_s: float
    error: bool
    status_message: str
    attributes: Mapping[str, Any]
    resource: Mapping[str, Any]
    events: tuple[SpanEvent, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """Trace id and span id of each linked span."""


@dataclass(frozen=True)
class Trace(_Told):
    """All spans of one trace that are stored, by start."""

    trace_id: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class TraceSummary(_Told):
    """One trace in a list."""

    trace_id: str
    service: str
    """Of the root, or of the earliest span where the root is missing."""
    name: str
    start_s: float
    duration_s: float
    """From the earliest start to the latest end."""
    spans: int
    errors: int
    services: tuple[str, ...]
    """In the order of their names."""


@dataclass(frozen=True)
class TraceQuery:
    """Which traces are meant. A trace fits when one span of it meets all conditions."""

    service: str | None = None
    name: str | None = None
    """Of a span."""
    min_duration_s: float | None = None
    max_duration_s: float | None = None
    error: bool | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attribute → its value as text."""


@dataclass(frozen=True)
class LogQuery:
    """Which records are meant; all conditions have to hold."""

    service: str | None = None
    """Service or replica."""
    level: str | None = None
    """This level or above: debug, info, warning, error, critical."""
    text: str | None = None
    """Appears somewhere in the record, case aside."""
    trace_id: str | None = None
    event: str | None = None


@dataclass(frozen=True)
class LogRecord(_Told):
    """One line of a log."""

    time_s: float
    service: str
    instance: str
    level: str
    event: str
    trace_id: str
    span_id: str
    fields: Mapping[str, Any]
    """Everything else."""


@dataclass(frozen=True)
class Page(_Told, Generic[Item]):
    """Part of a long result."""

    items: tuple[Item, ...]
    cursor: str | None
    """What to ask the next page with; None: that was all."""


@dataclass(frozen=True)
class GraphEdge(_Told):
    """Calls of one service to another, as traces show them."""

    caller: str
    callee: str
    via: Via
    """Over the queue nobody waits: such an edge is no part of a synchronous cycle."""
    calls: int
    errors: int
    error_ratio: float
    p50_s: float
    p95_s: float


@dataclass(frozen=True)
class TraceCycle(_Told):
    """A service that, within one trace, was called by way of itself."""

    services: tuple[str, ...]
    """The way round, the service that is met again first and last."""
    traces: int
    example_trace_id: str


@dataclass(frozen=True)
class ServiceGraph(_Told):
    """Who calls whom."""

    window: Window
    services: tuple[str, ...]
    edges: tuple[GraphEdge, ...]
    cycles: tuple[tuple[str, ...], ...]
    """Of synchronous edges, whether or not one request went all the way round; the first service is also the last."""
    trace_cycles: tuple[TraceCycle, ...]


@dataclass(frozen=True)
class Correlation(_Told):
    """From a metric to what stands behind it: its exemplars, their traces, and the logs of these."""

    exemplars: tuple[Exemplar, ...]
    traces: tuple[TraceSummary, ...]
    missing_trace_ids: tuple[str, ...]
    """Of exemplars whose trace is not stored."""
    logs: tuple[LogRecord, ...]
