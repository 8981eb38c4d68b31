"""Claims about citations: an answer follows what it cites, and does not know what is not there."""

from typing import Any

import pytest

from advisor.answer import UNKNOWN, Line
from advisor.answers.services import service
from tests.support.answers import OF, asked, changed, lines
from tests.support.oncall_questions import ASKED, Asked

IDS = [one.verb for one in ASKED]
FORMS = ("/unique-id", "/node", "/actor", "/nodes/0", "/tier", "/fallback")
"""Ends of pointers to what has a form that others go by: another value there makes another document."""


def pointers(one: Asked) -> list[str]:
    """Return everything that an answer cites, once."""
    return list(dict.fromkeys(source.ref for line in asked(one).lines for source in line.sources))


def refs(line: Line) -> list[str]:
    """Return what a line cites."""
    return [source.ref for source in line.sources]


@pytest.mark.parametrize("one", ASKED, ids=IDS)
def test_every_line_cites_the_document(one: Asked) -> None:
    """A pointer that leads somewhere, unless the line says that it does not know."""
    for line in asked(one).lines:
        assert line.sources, line
        for source in line.sources:
            assert source.kind == "document"
            assert OF.source.at(source.ref) is not None or not line.known, line


@pytest.mark.parametrize("one", ASKED, ids=IDS)
def test_an_answer_follows_what_it_cites(one: Asked) -> None:
    """Another text at a pointer, and the answer tells that one."""
    tried = 0
    for pointer in pointers(one):
        value: Any = OF.source.at(pointer)
        if isinstance(value, str) and not pointer.endswith(FORMS) and not _steers(pointer):
            texts = [line.text for _, line in lines(one, changed(pointer, "Something else entirely"))]
            assert any("Something else entirely" in text for text in texts), pointer
            tried += 1
    assert tried or one.verb in ("spof", "shared", "order")


@pytest.mark.parametrize("one", ASKED, ids=IDS)
def test_what_is_taken_away_is_not_known(one: Asked) -> None:
    """The line is gone, or says that it does not know; a conclusion may still be drawn, but from something else."""
    before = lines(one)
    for pointer in pointers(one):
        if OF.source.at(pointer) is None:
            continue
        after = lines(one, changed(pointer))
        gone = {(title, line) for title, line in before if line.known and pointer in refs(line)}
        assert gone & set(after) == set(), pointer
        facts = {(title, line.name, line.text) for title, line in gone if refs(line) == [pointer]}
        assert facts & {(title, line.name, line.text) for title, line in after if line.known} == set(), pointer
        assert all(UNKNOWN in line.text for _, line in after if not line.known)


def _steers(pointer: str) -> bool:
    """Whether a text decides what is told: words of a failure mode are looked for, others are compared."""
    ends = ("/symptom", "/likely-cause", "/check", "/replication/mode", "/role", "/owner")
    return "/deployment/" in pointer or pointer.endswith(ends)


@pytest.mark.parametrize("key", ["owner", "oncall-slack", "health-endpoint", "runbook", "tier"])
def test_a_service_without_a_fact_is_told_without_it(key: str) -> None:
    """And with everything else."""
    node = OF.node["payment-service"]
    of = changed(f"{node.pointer}/metadata/{key}")
    unknown = [line for line in service(of, of.node[node.id]).lines if not line.known]
    assert unknown
    assert all(UNKNOWN in line.text for line in unknown)
    assert {source.ref for line in unknown for source in line.sources} >= {f"{node.pointer}/metadata/{key}"}
