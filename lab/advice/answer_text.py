"""Answers, for a person."""

from collections.abc import Iterator
from typing import Any

import click

from advisor.answer import Answer, Line, Source
from advisor.calm.model import Architecture
from advisor.calm.source import shown

SHOWN = 6
"""Sources of a line that a person is shown; programs are told all."""


def text(of: Architecture, answer: Answer) -> str:
    """Return an answer: each line with the places that it was read from."""
    return "\n".join([*_lines(answer), "", legend(of)])


def conversation(of: Architecture, answers: list[tuple[str, Answer]]) -> str:
    """Return several answers, each below its question."""
    told = ["\n".join([click.style(f"» {asked}", bold=True), "", *_lines(answer)]) for asked, answer in answers]
    return "\n\n".join([*told, legend(of)])


def legend(of: Architecture) -> str:
    """Return which document pointers lead into."""
    return click.style(f"# is {shown(of.source.path)}", fg="bright_black")


def _lines(answer: Answer) -> Iterator[str]:
    for number, section in enumerate(answer.sections):
        if number:
            yield ""
        yield click.style(section.title, bold=True)
        yield from (_line(line) for line in section.lines)
        if not section.lines:
            yield f"  {section.empty}"


def _line(line: Line) -> str:
    name = click.style(line.name, fg="cyan")
    told = line.text if line.known else click.style(line.text, fg="yellow")
    more = f", and {len(line.sources) - SHOWN} more" if len(line.sources) > SHOWN else ""
    cited = click.style(f"  [{', '.join(map(source, line.sources[:SHOWN]))}{more}]", fg="bright_black")
    return f"  {name}: {told}{cited}"


def source(one: Source) -> str:
    """Return where something was read."""
    return f"#{one.ref}" if one.kind == "document" else f"{one.kind} {one.ref}"


def plain(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain data."""
    sections = [
        {
            "title": section.title,
            "lines": [
                {
                    "name": line.name,
                    "text": line.text,
                    "known": line.known,
                    "sources": [{"kind": one.kind, "ref": one.ref} for one in line.sources],
                }
                for line in section.lines
            ],
        }
        | ({} if section.lines else {"empty": section.empty})
        for section in answer.sections
    ]
    return {"verb": answer.verb, "about": list(answer.about), "sections": sections}
