"""OTLP as JSON, turned into what protobuf senders send. It differs from protobuf's own JSON: ids are hexadecimal."""

import base64
import binascii
from typing import Any

import orjson
from google.protobuf.json_format import ParseDict, ParseError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from observability.evidence.store.spans import Malformed

_IDS = frozenset({"traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id"})


def spans(body: bytes) -> bytes:
    """Return an export of spans as protobuf. Raises Malformed."""
    return _converted(body, ExportTraceServiceRequest())


def logs(body: bytes) -> bytes:
    """Return an export of log records as protobuf. Raises Malformed."""
    return _converted(body, ExportLogsServiceRequest())


def _converted(body: bytes, into: Any) -> bytes:
    try:
        read = ParseDict(_with_plain_ids(orjson.loads(body)), into, ignore_unknown_fields=True)
        encoded: bytes = read.SerializeToString()
    except (ParseError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed(str(error)) from None
    return encoded


def _with_plain_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _id(item) if key in _IDS else _with_plain_ids(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_plain_ids(item) for item in value]
    return value


def _id(text: Any) -> str:
    try:
        return base64.b64encode(bytes.fromhex(text)).decode()
    except (ValueError, TypeError, binascii.Error):
        raise Malformed(f"{text!r} is no id in hexadecimal digits") from None
