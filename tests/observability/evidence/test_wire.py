"""Every result type crosses the wire and is the same on the other side."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from math import isnan
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from observability.evidence import model
from observability.evidence.wire import decoded, plain

RESULTS: tuple[Any, ...] = (
    list[model.Sample],
    list[model.Range],
    list[model.Exemplar],
    list[model.Red],
    list[str],
    model.Page[model.TraceSummary],
    model.Page[model.LogRecord],
    model.Trace,
    model.ServiceGraph,
    model.Correlation,
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
numbers = st.floats(allow_nan=False) | st.just(float("nan"))
finite = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(st.none() | st.booleans() | st.integers() | finite | texts, lambda one: st.lists(one, max_size=2))


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Return whatever a result of this type may be."""
    origin, inside = get_origin(kind), get_args(kind)
    if is_dataclass(kind) or is_dataclass(origin):
        hints = get_type_hints(origin or kind)
        made: Any = origin or kind
        filled = dict(zip(getattr(made, "__parameters__", ()), inside, strict=True)) if origin else {}
        return st.builds(made, **{one.name: of(_filled(hints[one.name], filled)) for one in fields(made)})
    if kind in (float, Any, str):
        return {float: numbers, Any: values, str: texts}[kind]
    if origin is Literal:
        return st.sampled_from(inside)
    if origin is tuple and inside[-1] is Ellipsis:
        return st.lists(of(inside[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(of, inside))
    if origin is list:
        return st.lists(of(inside[0]), max_size=3)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(texts, of(inside[1]), max_size=3)
    return st.from_type(kind)


def _filled(hint: Any, filled: Mapping[Any, Any]) -> Any:
    """Put types in the place of the variables of a generic class."""
    inside = get_args(hint)
    if not any(one in filled for one in inside):
        return hint
    return get_origin(hint)[tuple(filled.get(one, one) for one in inside)]


def same(one: Any, other: Any) -> bool:
    """Whether both are equal, where what is no number equals itself."""
    if isinstance(one, float) and isnan(one):
        return isinstance(other, float) and isnan(other)
    if is_dataclass(one) and not isinstance(one, type):
        return type(one) is type(other) and all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@pytest.mark.parametrize("kind", RESULTS, ids=str)
def test_result_survives_the_wire_exactly(kind: Any) -> None:
    """Whether the API writes it or the terminal's `--json`; infinities and what is no number included."""

    @given(of(kind))
    def round_trip(result: Any) -> None:
        by_terminal = json.dumps(plain(result), allow_nan=False)
        by_api = TypeAdapter(kind).dump_json(result)
        assert same(decoded(kind, json.loads(by_terminal)), result)
        assert same(decoded(kind, json.loads(by_api)), result)

    round_trip()


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (list[model.Sample], {}),
        (list[model.Sample], [{"labels": {}, "value": 1.0}]),
        (list[model.Sample], [{"labels": {}, "value": None, "time_s": 1.0}]),
        (list[model.Sample], [{"labels": [], "value": 1.0, "time_s": 1.0}]),
        (list[model.Sample], [{"labels": {}, "value": "much", "time_s": 1.0}]),
        (model.Page[model.LogRecord], {"items": 5, "cursor": None}),
        (model.Trace, [1]),
        (list[str], [1]),
    ],
)
def test_what_is_no_result_is_refused(kind: Any, told: Any) -> None:
    """Nothing that the types do not promise gets through."""
    with pytest.raises((ValueError, TypeError, LookupError)):
        decoded(kind, told)
