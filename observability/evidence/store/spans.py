"""Spans on their way in: taken out of an export as columns, and handed on in pieces that are stored together."""

import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from observability.evidence.store.attributes import decoded, encoded
from observability.evidence.store.wire import wire
from observability.wiring import vocabulary as names

TRACE_BYTES, SPAN_BYTES = 16, 8
_NO_PARENT = bytes(SPAN_BYTES)
INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = range(1, 6)
_KINDS = frozenset(range(INTERNAL, CONSUMER + 1))
_CALLING = (CLIENT, PRODUCER)
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
            spans = list(map(wire().span, raws))
            if not _all_sound(spans):
                sound = [_all_sound([span]) for span in spans]
                rejected += sound.count(False)
                spans, raws[:] = list(compress(spans, sound)), compress(raws, sound)
            if spans:
                batches.append(_batch(resource, spans, raws))
    except DecodeError as error:
        raise Malformed(str(error)) from None
    return Export(tuple(batches), rejected)


def _resources(body: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    for resource in wire().request(body).resources:
        yield resource.resource, [raw for scope in resource.scopes for raw in scope.items]


def _all_sound(spans: list[Any]) -> bool:
    return (
        {len(span.trace_id) for span in spans} <= {TRACE_BYTES}
        and {len(span.span_id) for span in spans} <= {SPAN_BYTES}
        and max([span.start for span in spans], default=0) <= _LONGEST
    )


def _batch(resource: bytes, spans: list[Any], raws: list[bytes]) -> SpanBatch:
    traces = _numbers(b"".join([span.trace_id for span in spans]))
    starts = [span.start for span in spans]
    kinds = [span.kind for span in spans]
    if not _KINDS.issuperset(kinds):
        kinds = [kind if kind in _KINDS else INTERNAL for kind in kinds]
    attributes = [list(span.attributes) for span in spans]
    every = frozenset[bytes]().union(*attributes)
    columns = (
        traces[0::2],
        traces[1::2],
        _numbers(b"".join([span.span_id for span in spans])),
        _numbers(b"".join(map(_parent, [span.parent_id for span in spans]))),
        [span.name for span in spans],
        kinds,
        _peers(attributes, kinds, every),
        starts,
        _durations(starts, [span.end for span in spans]),
        [_failed(span.status) if span.status else False for span in spans],
        raws,
    )
    return SpanBatch(resource, columns, every, min(starts), max(starts))


def _parent(parent: bytes) -> bytes:
    return parent if len(parent) == SPAN_BYTES else _NO_PARENT


def _durations(starts: list[int], ends: list[int]) -> list[int]:
    """Return how long spans took; one that ends before it begins took no time."""
    durations = [end - start for start, end in zip(starts, ends, strict=True)]
    if min(durations) < 0 or max(durations) > _LONGEST:
        return [min(max(duration, 0), _LONGEST) for duration in durations]
    return durations


def _failed(status: bytes) -> bool:
    return bool(Status.FromString(status).code == Status.STATUS_CODE_ERROR)


def _peers(attributes: list[list[bytes]], kinds: list[int], every: frozenset[bytes]) -> list[str]:
    """Return whom each calling span calls, as far as it says so."""
    named = {one: _text_of(one) for one in every if one.startswith(_PEER)}
    if not named:
        return [""] * len(kinds)
    known = frozenset(named)
    return [
        "".join([named[one] for one in known.intersection(own)]) if kind in _CALLING else ""
        for own, kind in zip(attributes, kinds, strict=True)
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
