"""Results as JSON and back, exactly as they were: what the HTTP API and `plain` write, `decoded` reads.

A float that is no number is written as text: `"NaN"`, `"Infinity"`, `"-Infinity"`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from math import isfinite, isnan
from types import UnionType
from typing import Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Decoder = Callable[[Any], Any]


@dataclass(frozen=True)
class Now:
    """The time of the store."""

    now_s: float
    """Unix time; windows end there unless somebody wants another."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"use_attribute_docstrings": True}


def decoded(kind: Any, told: Any) -> Any:
    """Return `told`, parsed JSON, as `kind`: a result type, or lists, tuples and mappings of such.

    Raises ValueError, TypeError or LookupError when it is none.
    """
    return _decoder(kind)(told)


def plain(value: Any) -> Any:
    """Return a result as lists and dicts that any JSON writer can write."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and not isfinite(value):
        return "NaN" if isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    return value


@cache
def _decoder(kind: Any) -> Decoder:
    origin, inside = get_origin(kind), get_args(kind)
    if kind is Any or origin is Literal:
        return _as_it_is
    if is_dataclass(kind) or is_dataclass(origin):
        return _of_dataclass(kind)
    if origin in (Union, UnionType):
        present = _decoder(next(one for one in inside if one is not type(None)))
        return lambda told: None if told is None else present(told)
    if origin is list:
        item = _decoder(inside[0])
        return lambda told: [item(one) for one in _a(list, told)]
    if origin is tuple:
        return _of_tuple(inside)
    if origin is not None and issubclass(origin, Mapping):
        value = _decoder(inside[1])
        return lambda told: {key: value(one) for key, one in _a(dict, told).items()}
    if kind is float:
        return _float
    return lambda told: _a(kind, told)


def _of_dataclass(kind: Any) -> Decoder:
    made = get_origin(kind) or kind
    filled = dict(zip(getattr(made, "__parameters__", ()), get_args(kind), strict=False))
    hints = get_type_hints(made)
    decoders = {field.name: _decoder(_filled(hints[field.name], filled)) for field in fields(made)}
    return lambda told: made(**{name: decoder(told[name]) for name, decoder in decoders.items()})


def _filled(hint: Any, filled: Mapping[Any, Any]) -> Any:
    """Put types in the place of the variables of a generic class."""
    if isinstance(hint, TypeVar):
        return filled[hint]
    inside = get_args(hint)
    if filled and any(isinstance(one, TypeVar) for one in inside):
        return get_origin(hint)[tuple(filled.get(one, one) for one in inside)]
    return hint


def _of_tuple(inside: tuple[Any, ...]) -> Decoder:
    if inside[-1] is Ellipsis:
        item = _decoder(inside[0])
        return lambda told: tuple(item(one) for one in _a(list, told))
    members = [_decoder(one) for one in inside]
    return lambda told: tuple(member(one) for member, one in zip(members, _a(list, told), strict=True))


def _float(told: Any) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        raise TypeError(f"{told!r} is no number")
    return float(told)


def _a(kind: Any, told: Any) -> Any:
    if not isinstance(told, kind):
        raise TypeError(f"{told!r} is no {kind.__name__}")
    return told


def _as_it_is(told: Any) -> Any:
    return told
