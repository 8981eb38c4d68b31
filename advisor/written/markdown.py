"""Pieces of Markdown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from advisor.calm.model import Architecture, Metadata

NOTE = "<!-- Written from architectures/ecommerce-platform.json by `make docs`. -->"


def sentence(text: str) -> str:
    """Return a text that ends as a sentence does."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Return a table of two columns; rows without a value are left out."""
    return table(("", ""), [row for row in rows if row[1]])


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a cell without a value is a dash."""
    told = [_row(value.replace("|", r"\|") or "–" for value in row) for row in rows]
    head = "|".join(f" {title} " if title else " " for title in titles)
    return "\n".join([f"|{head}|", "|" + "---|" * len(titles), *told])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def console(commands: Sequence[str]) -> str:
    """Return commands that can be pasted."""
    return "\n".join(["```console", *(f"$ {command}" for command in commands), "```"])


def noted(commands: Iterable[tuple[str, str]]) -> str:
    """Return commands that can be pasted, each with a remark, one below the other."""
    told = list(commands)
    width = max(len(command) for command, _ in told)
    return console([f"{command:{width}}  # {remark}" for command, remark in told])


def anchor(heading: str) -> str:
    """Return what a link to a heading has behind the `#`."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


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
