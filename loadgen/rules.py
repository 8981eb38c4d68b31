"""Rules for what comes from outside: shape files, orders, variables. Records say them beside their fields.

Plain Python: pydantic would cost this process, which shares its memory with nobody, 7 MB.
"""

from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields
from math import inf, isfinite
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")
Rule = Callable[[object], Any]
"""Takes what was given, returns it as it is meant; raises ValueError with a sentence, `Broken` where it has parts."""


class Broken(ValueError):
    """Rules are broken; `lines` has a place (`stages.0.duration_s`) and a sentence for each."""

    def __init__(self, lines: Iterable[tuple[str, str]]) -> None:
        self.lines = tuple(lines)
        super().__init__("; ".join(f"{place} {sentence}" for place, sentence in self.lines))


def number(*, above: float = -inf, least: float = -inf, most: float = inf, whole: bool = False) -> Rule:
    """Return the rule for a number within bounds; it becomes a float, unless it has to be `whole`."""
    bounds = {f"greater than {above:g}": above, f"greater than or equal to {least:g}": least, f"at most {most:g}": most}
    wanted = " and ".join(words for words, bound in bounds.items() if isfinite(bound))
    wanted = f"must be a {'whole ' if whole else ''}number {wanted}".rstrip()
    kinds = (int,) if whole else (int, float)

    def follow(given: Any) -> float:
        # True is an int to Python; infinity and "not a number" are floats.
        if type(given) not in kinds or not (above < given and least <= given <= most):
            raise ValueError(f"{wanted}, not {given!r}")
        return given if whole else float(given)

    return follow


def string(given: object) -> str:
    """Follow the rule for a text."""
    if isinstance(given, str):
        return given
    raise ValueError(f"must be a text, not {short(given)}")


def filled(given: object) -> str:
    """Follow the rule for a text that says something."""
    if not string(given):
        raise ValueError("must not be empty")
    return string(given)


def optional(rule: Rule) -> Rule:
    """Return the rule for what may be left out, or be null."""
    return lambda given: None if given is None else rule(given)


def one_of(*words: str) -> Rule:
    """Return the rule for a choice of words."""

    def follow(given: object) -> object:
        if given not in words:
            raise ValueError(f"must be {' or '.join(map(repr, words))}, not {given!r}")
        return given

    return follow


def each(rule: Rule) -> Rule:
    """Return the rule for a list whose items follow `rule`; it becomes a tuple."""

    def follow(given: object) -> tuple[Any, ...]:
        if isinstance(given, list):
            return tuple(_followed((str(place), rule, item) for place, item in enumerate(given)).values())
        raise ValueError(f"must be a list, not {short(given)}")

    return follow


def rising(rule: Rule) -> Rule:
    """Return the rule for a pair of bounds, each of which follows `rule`."""
    bounds = each(rule)

    def follow(given: object) -> tuple[Any, Any]:
        if not isinstance(given, list) or len(given) != 2:
            raise ValueError(f"must be a pair [lower bound, upper bound], not {short(given)}")
        lower, upper = bounds(given)
        if lower > upper:
            raise ValueError(f"must have the lower bound first: [{upper:g}, {lower:g}]")
        return lower, upper

    return follow


def record(kind: type[Record]) -> Callable[[object], Record]:
    """Return the rule for a table that holds the fields of `kind`, each of which is `Annotated` with its own rule."""

    def follow(given: object) -> Record:
        if isinstance(given, dict):
            rules = {name: hint.__metadata__[0] for name, hint in get_type_hints(kind, include_extras=True).items()}
            present = [(key, rules.get(key, _unknown(rules)), value) for key, value in given.items()]
            needed = [field.name for field in fields(kind) if field.default is MISSING]
            missing = [(key, _missing, None) for key in needed if key not in given]
            return kind(**_followed([*present, *missing]))
        raise ValueError(f"must be a table of keys and values, not {short(given)}")

    return follow


def _unknown(known: Iterable[str]) -> Rule:
    def follow(_: object) -> None:
        raise ValueError(f"is unknown here (there are: {', '.join(known)})")

    return follow


def _missing(_: object) -> None:
    raise ValueError("is missing")


def _followed(parts: Iterable[tuple[str, Rule, object]]) -> dict[str, Any]:
    values, lines = {}, list[tuple[str, str]]()
    for place, rule, given in parts:
        try:
            values[place] = rule(given)
        except Broken as error:
            lines += [(f"{place}.{within}", said) for within, said in error.lines]
        except ValueError as error:
            lines.append((place, str(error)))
    if lines:
        raise Broken(lines)
    return values
