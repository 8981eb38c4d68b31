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
        values = " → ".join(_short(value) for value in _told(one))
        yield f"{click.style(f'  {mark} {one.path[1:]}', fg=colour)}: {values}"


def _told(one: Change) -> list[Any]:
    return {"added": [one.after], "removed": [one.before], "changed": [one.before, one.after]}[one.how]


def _short(value: Any) -> str:
    found = json.dumps(value, ensure_ascii=False)
    return found if len(found) <= LONGEST else f"{found[:LONGEST]} …"
