"""Selectors are read as Prometheus reads them, and what is wrong is told with its place and the way out."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.evidence.errors import BadQuery
from observability.evidence.model import Matcher, Selector
from observability.evidence.selectors import parsed, written


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("up", Selector("up")),
        ("  up { } ", Selector("up")),
        ('up{a="b"}', Selector("up", (Matcher("a", "=", "b"),))),
        ("up{a!='b',}", Selector("up", (Matcher("a", "!=", "b"),))),
        ('up{a=~"b.*" , c!~`\\d+`}', Selector("up", (Matcher("a", "=~", "b.*"), Matcher("c", "!~", "\\d+")))),
        ('up{a="b",a!="c"}', Selector("up", (Matcher("a", "=", "b"), Matcher("a", "!=", "c")))),
        ('job:up:sum{a=""}', Selector("job:up:sum", (Matcher("a", "=", ""),))),
        ('{__name__="up",a="b"}', Selector("up", (Matcher("a", "=", "b"),))),
        ('{"http.requests","http.route"="/a"}', Selector("http.requests", (Matcher("http.route", "=", "/a"),))),
        (r'up{a="\"\\\n\t\x41\102\u00e4\U0001F600\303\244"}', Selector("up", (Matcher("a", "=", '"\\\n\tABä😀ä'),))),
        (r"up{a='\'',b=`\n`}", Selector("up", (Matcher("a", "=", "'"), Matcher("b", "=", "\\n")))),
        ('up{route="/orders/{order_id}"}', Selector("up", (Matcher("route", "=", "/orders/{order_id}"),))),
    ],
)
def test_selector_is_read(text: str, meant: Selector) -> None:
    """Names, four operators, three kinds of quotes, escapes, blanks and a last comma."""
    assert parsed(text) == meant


@pytest.mark.parametrize(
    ("text", "place", "advice"),
    [
        ("", "at the end", "orders_total{"),
        ("9up", "at character 1", "name of a metric"),
        ("up{outcome=confirmed}", "at character 12", 'Write outcome="confirmed"'),
        ("up{a}", "at character 5", "an operator"),
        ('up{a=="b"}', "at character 5", 'Write a="…"'),
        ('up{a~="b"}', "at character 5", 'Write a=~"…"'),
        ('up{a="b" c="d"}', "at character 10", "comma"),
        ('up{a="b"', "at the end", "} at the end"),
        ('up{a="b', "at character 6", "never closed"),
        (r'up{a=~"\d"}', "at character 8", r"Write \\ for a backslash"),
        (r'up{a="\ud800"}', "at character", "no escape"),
        ("up{,}", "at character 4", "name of a label"),
        ("up[5m]", "at character 3", "no window"),
        ("rate(up[5m])", "at character 5", "no functions"),
        ("up{} offset 5m", "at character 6", "nothing may follow"),
        ('{a="b"}', "at character 1", "one metric has to be named"),
        ('up{__name__="down"}', "at character 1", "2 are"),
        ('{__name__=~"u.*"}', "at character 2", "one metric"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, place: str, advice: str) -> None:
    """The message quotes the text, says where it goes wrong and what to write."""
    with pytest.raises(BadQuery) as refusal:
        parsed(text)
    assert place in str(refusal.value)
    assert advice in str(refusal.value)


values = st.text(st.characters(exclude_categories=["Cs"]))
names = values.filter(bool)
operators = st.sampled_from(["=", "!=", "=~", "!~"])
matchers = st.builds(Matcher, names, operators, values).filter(lambda one: one.label != "__name__")


@given(st.builds(Selector, names, st.lists(matchers).map(tuple)))
def test_what_is_written_is_read_as_it_was(selector: Selector) -> None:
    """Whatever names and values are made of."""
    assert parsed(written(selector)) == selector


@given(st.text(alphabet='up{}"=~!,\\`abc x4'))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else is ever raised."""
    with contextlib.suppress(BadQuery):
        parsed(text)
