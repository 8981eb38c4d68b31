"""Rules about single values, wherever they stand: nothing empty, nothing left to fill in, nothing written twice."""

import re
from collections.abc import Iterator
from typing import Any

from advisor.calm.pointer import above, below, split
from advisor.lint.rule import Case, Rule, Said

PLACEHOLDER = re.compile(r"\[\[\s*[A-Za-z0-9_ -]+\s*\]\]")
LEGACY = "control-requirement-url"
TOP = frozenset(
    {
        "$schema",
        "$id",
        "unique-id",
        "name",
        "description",
        "nodes",
        "relationships",
        "flows",
        "controls",
        "metadata",
        "adrs",
    }
)


def values(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield everything in a value, itself included, with its pointer."""
    yield pointer, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from values(inner, below(pointer, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from values(inner, below(pointer, number))


def _not_empty(case: Case) -> Iterator[Said]:
    for pointer, value in values(case.architecture.source.value):
        if value == "":
            yield Said(pointer, f"{split(pointer)[-1]!r} is empty.", "Write what it is, or remove it.")


def _no_placeholder(case: Case) -> Iterator[Said]:
    for pointer, value in values(case.architecture.source.value):
        if isinstance(value, str) and (found := PLACEHOLDER.search(value)):
            yield Said(pointer, f"{found[0]} was never filled in.", "Write what belongs there.")


def _no_minus_one(case: Case) -> Iterator[Said]:
    for pointer, value in values(case.architecture.source.value):
        if value == -1 and not isinstance(value, bool):
            yield Said(pointer, "-1 stands for a number that was never filled in.", "Write the number.")


def _no_legacy_key(case: Case) -> Iterator[Said]:
    for pointer, value in values(case.architecture.source.value):
        if isinstance(value, dict) and LEGACY in value:
            yield Said(below(pointer, LEGACY), f"{LEGACY!r} is the former name.", "Call it 'requirement-url'.")


def _known_top(case: Case) -> Iterator[Said]:
    for key in case.architecture.source.value:
        if key not in TOP:
            yield Said(below("", key), f"CALM 1.2 has nothing called {key!r} at the top.", "Move it into 'metadata'.")


def _once(case: Case) -> Iterator[Said]:
    for pointer in case.architecture.source.read.repeated:
        name, where = split(pointer)[-1], above(pointer) or "the top"
        yield Said(pointer, f"{name!r} stands twice at {where}; only the last one counts.", "Keep one of them.")


RULES = (
    Rule("no-empty-string", "error", "official", "No text is empty.", _not_empty),
    Rule("no-placeholder", "warning", "official", "No `[[ PLACEHOLDER ]]` is left.", _no_placeholder),
    Rule("no-minus-one", "warning", "official", "No number is -1.", _no_minus_one),
    Rule(
        "no-legacy-key", "warning", "official", "Controls do not use the key `control-requirement-url`.", _no_legacy_key
    ),
    Rule("known-top-level", "warning", "ours", "At the top stands what CALM knows.", _known_top),
    Rule("member-once", "warning", "ours", "No member stands twice in its object.", _once),
)
