"""Parts of a document, for a person."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from advisor.calm.model import Architecture, Part
from advisor.graph import nodes_of
from advisor.part import Fact
from lab.evidence.listing import Column, listed

if TYPE_CHECKING:
    from rich.console import RenderableType

NODES = (
    Column("NODE"),
    Column("TYPE"),
    Column("TIER"),
    Column("OWNER"),
    Column("ON CALL"),
    Column("NAME", gives_way=True),
)
FLOWS = (Column("FLOW"), Column("TIER"), Column("OWNER"), Column("STEPS", right=True), Column("SLA", gives_way=True))


def nodes(of: Architecture) -> "RenderableType":
    """Return the table of nodes."""
    rows = [(one.id, one.type, *_owner(one), one.metadata.text("oncall-slack"), one.name) for one in of.nodes]
    return listed(NODES, rows)


def flows(of: Architecture) -> "RenderableType":
    """Return the table of flows."""
    rows = [(one.id, *_owner(one), str(len(one.transitions)), one.metadata.text("sla")) for one in of.flows]
    return listed(FLOWS, rows)


def _owner(one: Part) -> tuple[str, str]:
    return one.metadata.text("tier"), one.metadata.text("owner")


def overview(of: Architecture) -> dict[str, Any]:
    """Return nodes and flows as plain data."""
    told = ("owner", "tier", "oncall-slack")
    return {
        "name": of.name,
        "nodes": [
            {"id": one.id, "type": one.type, "name": one.name, **{key: one.metadata.text(key) for key in told}}
            for one in of.nodes
        ],
        "flows": [
            {
                "id": one.id,
                "name": one.name,
                "passes": nodes_of(of, one),
                **{key: one.metadata.text(key) for key in told},
            }
            for one in of.flows
        ],
    }


def part(of: Architecture, one: Part, facts: list[Fact]) -> str:
    """Return one part: each fact with the JSON pointer where it stands."""
    title = f"{one.id}: {getattr(one, 'name', '') or one.description}"
    file = of.source.path.name
    return "\n".join([click.style(title, bold=True), *(line for fact in facts for line in _fact(fact, file))])


def _fact(fact: Fact, file: str) -> Iterator[str]:
    cited = click.style(f"  [{file}#{fact.pointer}]", fg="bright_black") if fact.pointer else ""
    name = click.style(fact.name, fg="cyan")
    value = fact.value
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        yield f"{name}{cited}"
        for number, one in enumerate(value, 1):
            yield from _numbered(number, one)
    elif isinstance(value, dict):
        yield f"{name}{cited}"
        yield from (f"    {key}: {_plain(inner)}" for key, inner in value.items())
    else:
        yield f"{name}: {_plain(value)}{cited}"


def _numbered(number: int, value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"  {number}. {_plain(value)}"
        return
    for place, (key, inner) in enumerate(value.items()):
        yield f"{f'  {number}.' if not place else '':<5}{key}: {_plain(inner)}"


def _plain(value: Any) -> str:
    match value:
        case list():
            return ", ".join(map(_plain, value)) or "none"
        case dict():
            return "; ".join(f"{key} {_plain(inner)}" for key, inner in value.items())
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
