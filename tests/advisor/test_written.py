"""Claims about the documents that are written from the architecture document."""

import re

import pytest

from advisor.calm.reading import load
from advisor.written.__main__ import FOLDER, files

WRITTEN = list(files(load()))


def test_they_are_current() -> None:
    """`make docs` writes them; nothing else lies beside them."""
    assert [file.name for file, text in WRITTEN if not file.exists() or file.read_text(encoding="utf-8") != text] == []
    assert {file for file, _ in WRITTEN} == set(FOLDER.rglob("*.md"))


@pytest.mark.parametrize("text", [text for _, text in WRITTEN], ids=[file.stem for file, _ in WRITTEN])
def test_nothing_in_them_is_blank_or_escaped(text: str) -> None:
    """No empty cell, no entity, no None, no placeholder."""
    assert not re.search(r"^\| [a-zA-Z -]+ \|\s*\|$", text, re.MULTILINE)
    assert not re.search(r"&#|&\w+;|\bNone\b|\[\[|\.\.$", text, re.MULTILINE)


def test_every_failure_mode_has_a_section_with_a_command_or_why_there_is_none() -> None:
    """In the runbook of its service."""
    of = load()
    for node in of.nodes:
        if service := node.metadata.text("otel-service-name"):
            text = (FOLDER / "runbooks" / f"{service}.md").read_text(encoding="utf-8")
            for mode in node.metadata["failure-modes"]:
                assert f"## {mode['symptom']}\n" in text
                assert (f"$ {mode['lever']}\n" if "lever" in mode else f"| no command | {mode['no-lever']}") in text
