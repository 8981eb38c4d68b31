"""Spans on their way in: taken out of an export as columns, and handed on in pieces that are stored together."""

import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from observability.evidence.store.attributes import decoded, encoded
from observability.evidence.store.wire import wire
from observability.wiring import vocabulary as names

TRACE_BYTES, SPAN_BYTES = 16, 8
_NO_PARENT = bytes(SPAN_BYTES)
INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = range(1, 6)
_ERROR = 2
_PEER = encoded(names.PEER, "")[: 2 + len(names.PEER)]
_LONGEST = (1 << 63) - 1


class Malformed(ValueError):
    """This is no export."""


@dataclass(frozen=True)
class SpanBatch:
    """Spans of one resource."""

    resource: bytes
    """Encoded."""
    columns: tuple[Sequence[Any], ...]
    """Of the table `spans`, without segment and resource."""
    attributes: frozenset[bytes]
    """Encoded, each once."""
    first: int
    last: int
    """Earliest and latest start."""

    def __len__(self) -> int:
        return len(self.columns[0])


@dataclass(frozen=True)
class Export:
    """What one request brought."""

    batches: tuple[SpanBatch, ...]
    rejected: int
    """Spans without an id, or with one that is too long or too short."""

    @property
    def spans(self) -> int:
        """How many spans it brought that can be stored."""
        return sum(map(len, self.batches))


def decode(body: bytes) -> Export:
    """Read an `ExportTraceServiceRequest`. Raises Malformed."""
    batches, rejected = [], 0
    try:
        for resource, raws in _resources(body):
            parse = wire().span
            spans = [parse(raw) for raw in raws]
            if bad := [at for at, span in enumerate(spans) if not _sound(span)]:
                rejected += len(bad)
                for at in reversed(bad):
                    del spans[at], raws[at]
            if spans:
                batches.append(_batch(resource, spans, raws))
    except (DecodeError, UnicodeDecodeError) as error:
        raise Malformed(str(error)) from None
    return Export(tuple(batches), rejected)


def _resources(body: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    for resource in wire().request(body).resources:
        yield resource.resource, [raw for scope in resource.scopes for raw in scope.items]


def _sound(span: Any) -> bool:
    return len(span.trace_id) == TRACE_BYTES and len(span.span_id) == SPAN_BYTES and span.start <= _LONGEST


def _batch(resource: bytes, spans: list[Any], raws: list[bytes]) -> SpanBatch:
    traces = _numbers(b"".join([span.trace_id for span in spans]))
    parents = [span.parent_id for span in spans]
    starts = array("Q", [span.start for span in spans])
    attributes: set[bytes] = set()
    for span in spans:
        attributes.update(span.attributes)
    kinds = bytes([span.kind if 0 < span.kind <= CONSUMER else INTERNAL for span in spans])
    columns = (
        traces[0::2],
        traces[1::2],
        _numbers(b"".join([span.span_id for span in spans])),
        _numbers(b"".join([one if len(one) == SPAN_BYTES else _NO_PARENT for one in parents])),
        [span.name.decode() for span in spans],
        kinds,
        _peers(spans, kinds, attributes),
        starts,
        array("Q", [min(max(span.end - span.start, 0), _LONGEST) for span in spans]),
        [span.status.code == _ERROR for span in spans],
        raws,
    )
    return SpanBatch(resource, columns, frozenset(attributes), min(starts), max(starts))


def _peers(spans: list[Any], kinds: bytes, attributes: set[bytes]) -> list[str]:
    """Return whom each calling span calls, as far as it says so."""
    named = {one: _text_of(one) for one in attributes if one.startswith(_PEER)}
    if not named:
        return [""] * len(spans)
    known = named.keys()
    return [
        "".join(named[one] for one in known & span.attributes) if kind in (CLIENT, PRODUCER) else ""
        for span, kind in zip(spans, kinds, strict=True)
    ]


def _text_of(attribute: bytes) -> str:
    return str(decoded(KeyValue.FromString(attribute).value))


def _numbers(joined: bytes) -> "array[int]":
    """Read big-endian numbers of 64 bits."""
    numbers = array("Q")
    numbers.frombytes(joined)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
