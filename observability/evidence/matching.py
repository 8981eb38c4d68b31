"""Whether labels meet the conditions of a selector."""

import re
from collections.abc import Callable

from observability.evidence.errors import BadQuery
from observability.evidence.model import Labels, Matcher

Fits = Callable[[Labels], bool]


def condition(matchers: tuple[Matcher, ...]) -> Fits:
    """Return what tells whether labels fit. Raises BadQuery."""
    each = [_one(matcher) for matcher in matchers]
    return lambda labels: all(fits(labels) for fits in each)


def _one(matcher: Matcher) -> Fits:
    label, wanted = matcher.label, matcher.value
    if matcher.operator == "=":
        return lambda labels: labels.get(label, "") == wanted
    if matcher.operator == "!=":
        return lambda labels: labels.get(label, "") != wanted
    try:
        pattern = re.compile(wanted, re.DOTALL)
    except re.error as error:
        raise BadQuery(f"{label}{matcher.operator}{wanted!r} is no regular expression: {error}.") from None
    negated = matcher.operator == "!~"
    return lambda labels: (pattern.fullmatch(labels.get(label, "")) is None) is negated
