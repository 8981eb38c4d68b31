"""Ways to give a store what the contract asks it about."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Protocol

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from observability.evidence.loglines import LEVELS
from observability.evidence.model import Exemplar, Labels, LogRecord, Span
from observability.evidence.store import exposition, otlp_logs, spans
from observability.evidence.store.buffer import Buffer
from observability.evidence.store.store import EmbeddedStore
from observability.evidence.store.traces import KINDS
from tests.support.polling import poll_until_async

NS = 1_000_000_000
SEVERITIES = dict(zip(LEVELS, (5, 9, 13, 17, 21), strict=True))


class Feed(Protocol):
    """Takes what happened. Series carry `service` and `instance`; their points are given oldest first."""

    def expose(self, metric: str, labels: Labels, points: Iterable[tuple[float, float | None]]) -> None:
        """Have a replica show a series; None: not any more."""

    def measure(self, *exemplars: Exemplar) -> None:
        """Add exemplars of series that are shown."""

    def record(self, *spans: Span) -> None:
        """Add spans."""

    def log(self, *records: LogRecord) -> None:
        """Add log records."""

    async def settled(self) -> None:
        """Return when all of that can be asked for."""


class EmbeddedFeed:
    """Gives it to an embedded store as replicas and OTLP senders would."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store
        self._shown: dict[tuple[str, str], dict[float, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._exemplars: list[Exemplar] = []

    def expose(self, metric: str, labels: Labels, points: Iterable[tuple[float, float | None]]) -> None:
        """Have a replica show a series."""
        own = {name: value for name, value in labels.items() if name not in ("service", "instance")}
        text = ",".join(f'{name}="{value}"' for name, value in own.items())
        shown = self._shown[labels["service"], labels["instance"]]
        for time_s, value in points:
            lines = shown[time_s]
            if value is not None:
                told = self._told(metric, labels, time_s)
                lines.append(f"{metric}{{{text}}} {value!r}{told}" if text else f"{metric} {value!r}{told}")

    def measure(self, *exemplars: Exemplar) -> None:
        """Have the series that are shown from now on carry them."""
        self._exemplars += exemplars

    def record(self, *recorded: Span) -> None:
        """Send spans, one export for each replica."""
        add_spans(self._store.buffer, recorded)

    def log(self, *records: LogRecord) -> None:
        """Send log records."""
        self._store.buffer.add_records(otlp_logs.decode(logs_request(*records).SerializeToString()).rows)

    async def settled(self) -> None:
        """Show what is to be shown, and wait until all is written."""
        for (service, instance), shown in self._shown.items():
            for time_s, lines in sorted(shown.items()):
                self._store.head.answered(service, instance, time_s, exposition.lines("\n".join(lines)))
        self._shown.clear()

        async def idle() -> bool:
            return self._store.buffer.idle

        await poll_until_async(idle, "all to be written")

    def _told(self, metric: str, labels: Labels, time_s: float) -> str:
        for one in self._exemplars:
            if one.metric == metric and one.labels == labels and 0 <= time_s - one.time_s < 2:
                return f' # {{trace_id="{one.trace_id}",span_id="{one.span_id}"}} {one.value!r} {one.time_s!r}'
        return ""


def add_spans(buffer: Buffer, recorded: Iterable[Span]) -> None:
    """Have a buffer take spans."""
    for request in spans_requests(recorded):
        buffer.add_spans(spans.decode(request.SerializeToString()).batches)


def spans_requests(recorded: Iterable[Span]) -> list[ExportTraceServiceRequest]:
    """Return spans as exports, one for each replica."""
    requests: dict[str, ExportTraceServiceRequest] = {}
    for span in recorded:
        request = requests.setdefault(span.instance, ExportTraceServiceRequest())
        if not request.resource_spans:
            own = {"service.name": span.service, "service.instance.id": span.instance}
            request.resource_spans.add().resource.attributes.extend(attributes({**span.resource, **own}))
            request.resource_spans[0].scope_spans.add()
        _add(request.resource_spans[0].scope_spans[0], span)
    return list(requests.values())


def _add(scope: Any, span: Span) -> None:
    start = round(span.start_s * NS)
    added = scope.spans.add(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        parent_span_id=bytes.fromhex(span.parent_id),
        name=span.name,
        kind=KINDS.index(span.kind, 1),
        start_time_unix_nano=start,
        end_time_unix_nano=start + round(span.duration_s * NS),
        attributes=attributes(span.attributes),
        status=Status(
            code=Status.STATUS_CODE_ERROR if span.error else Status.STATUS_CODE_UNSET, message=span.status_message
        ),
    )
    for event in span.events:
        added.events.add(
            name=event.name, time_unix_nano=round(event.time_s * NS), attributes=attributes(event.attributes)
        )
    for trace, linked in span.links:
        added.links.add(trace_id=bytes.fromhex(trace), span_id=bytes.fromhex(linked))


def logs_request(*records: LogRecord) -> ExportLogsServiceRequest:
    """Return an export of log records."""
    request = ExportLogsServiceRequest()
    for record in records:
        resource = request.resource_logs.add()
        who = {"service.name": record.service, "service.instance.id": record.instance}
        resource.resource.attributes.extend(attributes(who))
        resource.scope_logs.add().log_records.add(
            time_unix_nano=round(record.time_s * NS),
            severity_number=SEVERITIES[record.level],
            event_name=record.event,
            trace_id=bytes.fromhex(record.trace_id),
            span_id=bytes.fromhex(record.span_id),
            attributes=attributes(record.fields),
        )
    return request


def attributes(given: Any) -> list[KeyValue]:
    """Return attributes as OTLP has them."""
    return [KeyValue(key=key, value=_value(value)) for key, value in given.items()]


def _value(value: Any) -> AnyValue:
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
    return AnyValue(string_value=str(value))
