"""OTLP as the store reads it: a reduced form of the messages that leaves as bytes what is decoded only when looked at.

Field numbers are those of opentelemetry-proto `trace.proto` and `trace_service.proto`; a field that is left out here is
skipped by the parser. Spans and attributes stay bytes: a span is stored as it came, and an attribute is compared by its
bytes, so that neither has to be taken apart on arrival.
"""

from functools import cache
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # type: ignore[import-untyped]

_BYTES, _STRING, _MESSAGE, _FIXED64, _ENUM = 12, 9, 11, 6, 5
_ONE, _MANY = 1, 3
_PACKAGE = "nightshift.evidence"

_MESSAGES: dict[str, tuple[tuple[str, int, int, int, str], ...]] = {
    "Span": (
        ("trace_id", 1, _BYTES, _ONE, ""),
        ("span_id", 2, _BYTES, _ONE, ""),
        ("parent_id", 4, _BYTES, _ONE, ""),
        ("name", 5, _STRING, _ONE, ""),
        ("kind", 6, _ENUM, _ONE, ""),
        ("start", 7, _FIXED64, _ONE, ""),
        ("end", 8, _FIXED64, _ONE, ""),
        ("attributes", 9, _BYTES, _MANY, ""),
        ("status", 15, _BYTES, _ONE, ""),
    ),
    "Scope": (("scope", 1, _BYTES, _ONE, ""), ("items", 2, _BYTES, _MANY, "")),
    "Resource": (("resource", 1, _BYTES, _ONE, ""), ("scopes", 2, _MESSAGE, _MANY, "Scope")),
    "Request": (("resources", 1, _MESSAGE, _MANY, "Resource"),),
}


class Wire(NamedTuple):
    """The parsers: `request(bytes)` of an export, of spans or of log records, and `span(bytes)` of one span."""

    request: Any
    span: Any


@cache
def wire() -> Wire:
    """Make the parsers, once."""
    file = descriptor_pb2.FileDescriptorProto(name="nightshift_evidence.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, label, of in fields:
            made = message.field.add(name=field, number=number, type=kind, label=label)
            if of:
                made.type_name = f".{_PACKAGE}.{of}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)

    def parser(name: str) -> Any:
        return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")).FromString

    return Wire(parser("Request"), parser("Span"))
