"""The OTLP wire format of spans, written by hand because the general encoder costs more than the span itself.

Protocol buffers are a concatenation of fields, so what repeats – keys, names, whole attribute sets of a statement or a
route – is encoded once and kept. Source: opentelemetry-proto `trace.proto` and `common.proto`; checked in tests against
the official parser.
"""

import struct
from collections.abc import Mapping, Sequence

from opentelemetry.trace import SpanKind
from opentelemetry.util.types import AnyValue

_CACHE_LIMIT = 4096
_DOUBLE = struct.Struct("<d")
_SIGNED_64 = 1 << 63
_ROOT = struct.Struct("<2s16s2s8sBQBQBBBBI")
_CHILD = struct.Struct("<2s16s2s8s2s8sBQBQBBBBI")
_HAS_REMOTE, _IS_REMOTE = 0x100, 0x200
_KINDS = {kind: kind.value + 1 for kind in SpanKind}


def varint(number: int) -> bytes:
    """A non-negative integer in base 128, least significant group first."""
    if number < 0x80:
        return bytes((number,))
    if number < 0x4000:
        return bytes((number & 0x7F | 0x80, number >> 7))
    groups = bytearray()
    while number >= 0x80:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def block(tag: bytes, body: bytes) -> bytes:
    """A length-delimited field."""
    return tag + varint(len(body)) + body


def text(tag: bytes, value: str) -> bytes:
    """A string field; what UTF-8 cannot carry is replaced, since a span must not fail for it."""
    return block(tag, value.encode("utf-8", "replace"))


def any_value(value: AnyValue) -> bytes:
    """Encode an `AnyValue`: string, bool, integer, double, bytes, list or map; other types by their text."""
    if isinstance(value, str):
        return text(b"\x0a", value)
    if isinstance(value, bool):
        return b"\x10\x01" if value else b"\x10\x00"
    if isinstance(value, int):
        if -_SIGNED_64 <= value < _SIGNED_64:
            return b"\x18" + varint(value & 0xFFFF_FFFF_FFFF_FFFF)
        return text(b"\x0a", str(value))
    if isinstance(value, float):
        return b"\x21" + _DOUBLE.pack(value)
    return _compound(value)


def _compound(value: object) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes):
        return block(b"\x3a", value)
    if isinstance(value, Mapping):
        return block(b"\x32", b"".join(pair(b"\x0a", str(key), item) for key, item in value.items()))
    if isinstance(value, Sequence):
        return block(b"\x2a", b"".join(block(b"\x0a", any_value(item)) for item in value))
    return text(b"\x0a", str(value))


def pair(tag: bytes, key: str, value: AnyValue) -> bytes:
    """A `KeyValue` as the field `tag` of whatever holds it."""
    return block(tag, text(b"\x0a", key) + block(b"\x12", any_value(value)))


def span_head(
    trace_id: bytes, span_id: bytes, parent: bytes, start: int, end: int, kind: SpanKind, *, remote: bool = False
) -> bytes:
    """The fields that every span has but its name: ids, times, kind, flags. `parent` is empty at a root."""
    flags = _HAS_REMOTE | _IS_REMOTE | 1 if remote else _HAS_REMOTE | 1
    if parent:
        return _CHILD.pack(
            b"\x0a\x10", trace_id, b"\x12\x08", span_id, b"\x22\x08", parent,
            0x39, start, 0x41, end, 0x30, _KINDS[kind], 0x85, 0x01, flags,
        )  # fmt: skip
    return _ROOT.pack(
        b"\x0a\x10", trace_id, b"\x12\x08", span_id,
        0x39, start, 0x41, end, 0x30, _KINDS[kind], 0x85, 0x01, flags,
    )  # fmt: skip


class Prepared(dict[str, AnyValue]):
    """Attributes that many spans share, encoded once. Not to be changed after it is made."""

    __slots__ = ("encoded",)

    def __init__(self, attributes: Mapping[str, AnyValue]) -> None:
        super().__init__(attributes)
        self.encoded = b"".join(pair(b"\x4a", key, value) for key, value in attributes.items())


class PairCache:
    """Encoded attributes of a span by key and string value; emptied when full, so that odd values cannot grow it."""

    __slots__ = ("_names", "_pairs")

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], bytes] = {}
        self._names: dict[str, bytes] = {}

    @property
    def size(self) -> int:
        """How much is kept."""
        return len(self._pairs) + len(self._names)

    def attributes(self, attributes: Mapping[str, AnyValue]) -> bytes:
        """Encode a span's attributes."""
        encoded = b""
        pairs = self._pairs
        for key, value in attributes.items():
            # Only strings: 1, 1.0 and True are the same key of a dict.
            if type(value) is str:
                known = pairs.get((key, value))
                encoded += known if known is not None else self._remember(key, value)
            else:
                encoded += pair(b"\x4a", key, value)
        return encoded

    def name(self, name: str) -> bytes:
        """Encode a span's name."""
        known = self._names.get(name)
        if known is None:
            if len(self._names) >= _CACHE_LIMIT:
                self._names.clear()
            known = self._names[name] = text(b"\x2a", name)
        return known

    def _remember(self, key: str, value: str) -> bytes:
        if len(self._pairs) >= _CACHE_LIMIT:
            self._pairs.clear()
        encoded = self._pairs[key, value] = pair(b"\x4a", key, value)
        return encoded


def request(resource: bytes, scope: bytes, spans: Sequence[bytes]) -> bytes:
    """Join encoded spans to an `ExportTraceServiceRequest`, below an encoded resource and scope."""
    scope_spans = block(b"\x12", scope + b"".join(spans))
    return block(b"\x0a", resource + scope_spans)


def resource_field(attributes: Mapping[str, AnyValue]) -> bytes:
    """The `resource` of a `ResourceSpans`."""
    return block(b"\x0a", b"".join(pair(b"\x0a", key, value) for key, value in attributes.items()))


def scope_field(name: str) -> bytes:
    """The `scope` of a `ScopeSpans`."""
    return block(b"\x0a", text(b"\x0a", name))
