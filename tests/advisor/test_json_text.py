"""Claims about reading JSON with the place of everything in it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.calm.json_text import NotJson, read
from advisor.calm.pointer import below

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES, st.sampled_from([None, 0, 2]))
def test_values_are_those_of_the_standard_library(value: Any, indent: int | None) -> None:
    """Whatever is in them, however it is set; and every part has a place where it begins."""
    text = json.dumps(value, indent=indent)
    found = read(text)
    assert found.value == json.loads(text)
    for pointer, offset in found.offsets.items():
        assert text[offset] in '"{[-0123456789tfn', pointer


def test_lines_and_columns_count_from_one() -> None:
    """A member begins at its name, an item where it stands; what is not there, where it would be."""
    found = read('{\n  "a": [1,\n    {"b": 2}],\n  "c/d": 3}')
    assert found.position("") == (1, 1)
    assert found.position("/a") == (2, 3)
    assert found.position("/a/0") == (2, 9)
    assert found.position("/a/1/b") == (3, 6)
    assert found.position(below("", "c/d")) == (4, 3)
    assert found.position("/a/1/x/y") == (3, 5)


@pytest.mark.parametrize(
    ("text", "says", "place"),
    [
        ("", "A value is expected", (1, 1)),
        ('{"a" 1}', "':' is expected", (1, 6)),
        ('{"a": 1,\n}', "A name in double quotes is expected", (2, 1)),
        ("[1 2]", "',' is expected", (1, 4)),
        ("[1]\n x", "There is something behind the end", (2, 2)),
        ('["a', "Unterminated string", (1, 2)),
        ("{'a': 1}", "A name in double quotes is expected", (1, 2)),
        ("[NaN]", "A value is expected", (1, 2)),
        ("[" * 1000, "It is nested more than 100 deep", (1, 102)),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text: str, says: str, place: tuple[int, int]) -> None:
    """In words."""
    with pytest.raises(NotJson) as refusal:
        read(text)
    assert refusal.value.problem.startswith(says)
    assert (refusal.value.line, refusal.value.column) == place
