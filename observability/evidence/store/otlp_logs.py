"""Log records that somebody sends, as rows of the table `logs`."""

import time
from typing import Any, NamedTuple

import orjson
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from observability.evidence.store.attributes import decoded, mapping
from observability.evidence.store.buffer import Row
from observability.evidence.store.records import row
from observability.evidence.store.spans import Malformed
from observability.wiring import vocabulary as names

_NAMED = 100
"""A body that is longer, or has several lines, is no name of an event."""
_FIRST_OF_LEVEL = ((21, "critical"), (17, "error"), (13, "warning"), (9, "info"))
_LATEST = (1 << 63) - 1


class LogExport(NamedTuple):
    """What one request brought."""

    rows: list[Row]
    rejected: int


def decode(body: bytes) -> LogExport:
    """Read an `ExportLogsServiceRequest`. Raises Malformed."""
    try:
        request = ExportLogsServiceRequest.FromString(body)
    except DecodeError as error:
        raise Malformed(str(error)) from None
    rows, rejected = [], 0
    for resource in request.resource_logs:
        attributes = mapping(resource.resource.attributes)
        service = str(attributes.get(names.SERVICE_NAME, ""))
        instance = str(attributes.get(names.SERVICE_INSTANCE, service))
        for scope in resource.scope_logs:
            for record in scope.log_records:
                if (time_ns := _time(record)) > _LATEST:
                    rejected += 1
                    continue
                fields = _fields(record)
                rows.append(row(time_ns, service, instance, fields, orjson.dumps(fields, default=str).decode()))
    return LogExport(rows, rejected)


def _time(record: LogRecord) -> int:
    return record.time_unix_nano or record.observed_time_unix_nano or time.time_ns()


def _fields(record: LogRecord) -> dict[str, Any]:
    body = decoded(record.body)
    fields = mapping(record.attributes)
    event = record.event_name or str(fields.pop("event.name", ""))
    if not event and isinstance(body, str) and len(body) <= _NAMED and "\n" not in body:
        event, body = body, None
    if body is not None:
        fields[names.LOG_MESSAGE] = body
    own = {names.LOG_LEVEL: _level(record.severity_number), names.LOG_EVENT: event}
    if record.trace_id:
        own |= {names.LOG_TRACE: record.trace_id.hex(), names.LOG_SPAN: record.span_id.hex()}
    return {**own, **fields, **own}


def _level(severity: int) -> str:
    if not severity:
        return "info"
    return next((level for first, level in _FIRST_OF_LEVEL if severity >= first), "debug")
