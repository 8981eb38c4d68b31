"""Pieces of Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from advisor.calm.model import Architecture, Metadata

NOTE = "<!-- Written from architectures/ecommerce-platform.json by `make docs`. -->"


def sentence(text: str) -> str:
    """Return a text that ends as a sentence does."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Return a table of two columns; rows without a value are left out."""
    told = [f"| {name} | {value.replace('|', chr(92) + '|')} |" for name, value in rows if value]
    return "\n".join(["| | |", "|---|---|", *told])


def console(commands: Sequence[str]) -> str:
    """Return commands that can be pasted."""
    return "\n".join(["```console", *(f"$ {command}" for command in commands), "```"])


def code(values: Iterable[str]) -> str:
    """Return values as code, with commas."""
    return ", ".join(f"`{value}`" for value in values)


def link(text: str, url: str) -> str:
    """Return a link, or nothing without an address."""
    return f"[{text}]({url})" if url else ""


def contact(of: Architecture, metadata: Metadata) -> str:
    """Return whom to call: team, channel, mail, and who comes next."""
    team = metadata.text("owner")
    found: Mapping[str, Any] = next((one for one in _contacts(of) if one.get("team") == team), {})
    pieces = [team, metadata.text("oncall-slack"), str(found.get("email", ""))]
    told = ", ".join(filter(None, pieces))
    return f"{told}; then {found['escalates-to']}" if "escalates-to" in found else told


def _contacts(of: Architecture) -> list[Mapping[str, Any]]:
    found = of.metadata.get("contacts")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
