"""Attributes: what they mean, how they are written, and a filter that tells which segments cannot have one."""

import base64
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from observability.wiring.otlp import block

Value = str | bool | float

_OF_SPAN, _OF_RESOURCE = b"\x4a", b"\x0a"
"""What stands before an attribute: the number of the field, and that its length follows."""
_BITS_EACH = 16
_LEAST_BYTES = 64
_MIX_2, _MIX_3 = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F


def decoded(value: AnyValue) -> Any:
    """Return what an `AnyValue` says; bytes become base64, which JSON can carry."""
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [decoded(item) for item in value.array_value.values]
        case "kvlist_value":
            return mapping(value.kvlist_value.values)
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case kind:
            return getattr(value, kind)


def mapping(attributes: Iterable[KeyValue]) -> dict[str, Any]:
    """Return attributes by key."""
    return {attribute.key: decoded(attribute.value) for attribute in attributes}


class Ways(NamedTuple):
    """How an attribute is written: by itself, as a field of a span, as a field of a resource."""

    plain: tuple[bytes, ...]
    in_span: tuple[bytes, ...]
    in_resource: tuple[bytes, ...]


def ways(key: str, value: str) -> Ways:
    """Return every way in which an attribute can be encoded whose value reads `value`."""
    plain = tuple(encoded(key, meant) for meant in _meanings(value))
    return Ways(plain, *(tuple(block(tag, way) for way in plain) for tag in (_OF_SPAN, _OF_RESOURCE)))


def encoded(key: str, value: Value) -> bytes:
    """Return an attribute as senders encode it."""
    if isinstance(value, str):
        any_value = AnyValue(string_value=value)
    elif isinstance(value, bool):
        any_value = AnyValue(bool_value=value)
    elif isinstance(value, int):
        any_value = AnyValue(int_value=value)
    else:
        any_value = AnyValue(double_value=value)
    return bytes(KeyValue(key=key, value=any_value).SerializeToString())


def _meanings(text: str) -> list[Value]:
    found: list[Value] = [text]
    if text in ("true", "false"):
        found.append(text == "true")
    for number in (int, float):
        try:
            meant = number(text)
        except ValueError:
            continue
        if str(meant) == text and (not isinstance(meant, int) or -(1 << 63) <= meant < 1 << 63):
            found.append(meant)
    return found


def sieve(attributes: frozenset[bytes]) -> bytes:
    """Return a Bloom filter of encoded attributes: three bits of sixteen for each."""
    size = _LEAST_BYTES
    while size * 8 < len(attributes) * _BITS_EACH:
        size *= 2
    bits, mask = bytearray(size), size * 8 - 1
    for attribute in attributes:
        number = zlib.crc32(attribute)
        second, third = (number * _MIX_2 >> 32) & mask, (number * _MIX_3 >> 32) & mask
        number &= mask
        bits[number >> 3] |= 1 << (number & 7)
        bits[second >> 3] |= 1 << (second & 7)
        bits[third >> 3] |= 1 << (third & 7)
    return bytes(bits)


def may_hold(bits: bytes, attribute: bytes) -> bool:
    """Whether a filter may have been made of this attribute, among others."""
    number, mask = zlib.crc32(attribute), len(bits) * 8 - 1
    places = (number & mask, (number * _MIX_2 >> 32) & mask, (number * _MIX_3 >> 32) & mask)
    return all(bits[place >> 3] >> (place & 7) & 1 for place in places)
