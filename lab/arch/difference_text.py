"""What differs between two documents, for a person."""

import json
from collections.abc import Iterator
from typing import Any

import click

from advisor.difference import Change

MARKS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
LONGEST = 160


def text(changes: list[Change]) -> str:
    """Return one line or two for each change, under the part that it concerns."""
    if not changes:
        return "No difference."
    return "\n".join(_lines(changes))


def _lines(changes: list[Change]) -> Iterator[str]:
    title = ""
    for one in changes:
        mark, colour = MARKS[one.how]
        if not one.path:
            yield click.style(f"{mark} {one.part}", fg=colour)
            continue
        if one.part != title:
            title = one.part
            yield click.style(f"  {title}", bold=True)
        told = " → ".join(short(value) for value in values(one))
        yield f"{click.style(f'  {mark} {one.path[1:]}', fg=colour)}: {told}"


def values(one: Change) -> list[Any]:
    """Return what a change tells: what is new, what was there, or both."""
    return {"added": [one.after], "removed": [one.before], "changed": [one.before, one.after]}[one.how]


def short(value: Any) -> str:
    """Return a value as JSON, cut off where it gets long."""
    found = json.dumps(value, ensure_ascii=False)
    return found if len(found) <= LONGEST else f"{found[:LONGEST]} …"
