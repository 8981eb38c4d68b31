"""Claims about the documents that are written from the architecture document."""

import re

import pytest

from advisor.answers.nodes import modes
from advisor.calm.model import Node
from advisor.calm.reading import load
from advisor.written.__main__ import FOLDER, files
from advisor.written.incident_report import FIGURES
from tests.support.pages import ROOT

OF = load()
WRITTEN = list(files(OF))
TEXTS = {file.stem: text for file, text in WRITTEN}
ON_CALL, REPORT = TEXTS["on-call"], TEXTS["incident-report"]


def test_they_are_current() -> None:
    """`make docs` writes them; nothing else lies beside them."""
    assert [file.name for file, text in WRITTEN if not file.exists() or file.read_text(encoding="utf-8") != text] == []
    assert {file for file, _ in WRITTEN} == set(FOLDER.rglob("*.md"))


@pytest.mark.parametrize("text", [text for _, text in WRITTEN], ids=[file.stem for file, _ in WRITTEN])
def test_nothing_in_them_is_blank_or_escaped(text: str) -> None:
    """No cell without anything below the head of a table, no link to nowhere, no entity, no None, no placeholder."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    heads = {rows[at - 1] for at, line in enumerate(rows) if re.fullmatch(r"\|(-+\|)+", line)}
    assert [row for row in rows if row not in heads and re.search(r"\|\s*\|", row)] == []
    assert not re.search(r"\]\(\s*\)|(?<!`)``(?!`)|&#|&\w+;|\\['\"]|\bNone\b|\[\[|\{\{|\.\.$", text, re.MULTILINE)


@pytest.mark.parametrize(
    "wrong", ["| a |  |", "| a | b |  |", "[logs]()", "it&#39;s", "it&apos;s", "it\\'s", "of None", "[[ X ]]", "{{x}}"]
)
def test_what_is_blank_or_escaped_is_caught(wrong: str) -> None:
    """By the test above."""
    with pytest.raises(AssertionError):
        test_nothing_in_them_is_blank_or_escaped(f"| | |\n|---|---|\n| a | b |\n{wrong}\n")


def test_every_failure_mode_has_a_section_with_a_command_or_why_there_is_none() -> None:
    """In the runbook of its service, or of one that uses it."""
    books = {file.stem: file.read_text(encoding="utf-8") for file in (FOLDER / "runbooks").glob("*.md")}
    for node in OF.nodes:
        name = node.metadata.text("otel-service-name")
        for _, mode in modes(node):
            own = [books[name]] if name else [text for text in books.values() if f"\n## {node.name}\n" in text]
            parts = [text.partition(f"## {mode['symptom']}\n")[2].partition("\n##")[0] for text in own]
            told = f"$ {mode['lever']}\n" if "lever" in mode else f"| no command | {mode['no-lever']}"
            assert parts, mode["symptom"]
            assert all(told in part for part in parts), mode["symptom"]


def section(title: str) -> str:
    """Return a section of the on-call reference."""
    return ON_CALL.partition(f"# {title}\n")[2].partition("\n##")[0]


def test_whoever_is_on_call_for_orders_has_all_they_need() -> None:
    """Facts that were written down by hand."""
    text = section("orders-team, tier-1")
    for fact in (
        "| called | orders-team, #oncall-orders, orders-team@shop.example; then #incident-command |",
        "`orders-team-tier-1-page`, `orders-team-tier-1-ticket`",
        "| order-service | <http://127.0.0.1:8084/health> | – | [dashboard](http://127.0.0.1:3000/d/service?",
        "`lab logs order` | [runbook](runbooks/order-service.md) |",
        "| order-database-primary | – | #dba-oncall | [dashboard](http://127.0.0.1:3000/d/data-and-queue) |",
        "[guide](flows/order-processing-flow.md)",
        "| If it persists for more than 5 min, page the DBA team: #dba-oncall |",
    ):
        assert fact in text, fact
    row = next(line for line in text.splitlines() if line.startswith("| order-service | `"))
    pages, tickets = (set(re.findall(r"`(\w+)`", cell)) for cell in row.split("|")[2:4])
    assert pages >= {"OrderServiceAvailability", "OrderServiceLatency", "ReplicaDown", "PoolSaturated", "OutboxStuck"}
    assert tickets >= {"OrderServiceAvailability", "OrderServiceLatency", "BreakerOpen", "JobFailing"}
    assert "ReplicaDown" not in tickets
    assert "JobFailing" not in pages


def test_everything_that_is_owned_stands_with_its_owner_and_tier() -> None:
    """Channel, runbook or guide, alerts, and where each failure mode is escalated to."""
    for part in OF.told:
        metadata = part.metadata
        text = section(f"{metadata.text('owner')}, {metadata.text('tier')}")
        if metadata.text("runbook"):
            assert metadata.text("oncall-slack") in text
            assert f"({metadata.text('runbook').removeprefix('docs/ops/')})" in text
            assert all(f"`{alert}`" in text for alert in metadata.texts("alerts"))
        for _, mode in modes(part) if isinstance(part, Node) else ():
            assert re.search(
                rf"\[{re.escape(mode['symptom'])}\]\(runbooks/.*\| {re.escape(mode['escalation'])} \|", text
            )
        if dba := metadata.text("dba-contact"):
            assert part.id == "order-database-cluster" or dba in text


def test_the_first_five_minutes_ask_what_where_and_who() -> None:
    """With commands of this lab; that they can be typed is a claim of `tests/docs`."""
    (start,) = re.findall(r"## The first five minutes\n(.*?)\n## ", ON_CALL, re.DOTALL)
    typed = re.findall(r"^\$ (lab [a-z]+(?: [a-z]+)?)", start, re.MULTILINE)
    assert typed[:4] == ["lab alerts", "lab status", "lab impact", "lab slo"]
    assert {"lab advise suspects", "lab ops history", "lab advise contacts", "lab ops rollback"} <= set(typed)


def test_an_incident_report_knows_what_can_be_known_beforehand() -> None:
    """Services with tiers and owners, flows with their SLA and the sentence for customers, five whys."""
    for fact in (
        "| ☐ | payment-service | tier-1 | payments-team | #oncall-payments | … |",
        "| 99.9% availability, 30s p99 latency | Customers cannot complete purchases",
        "“Your order is taken. Processing is delayed; we confirm it by mail as soon as it is done.” |",
        "$ lab advise incident-summary ",
        "$ lab alerts --history",
        "$ lab ops history",
        "$ lab impact --since ",
        "**It blames nobody.**",
        "## Timeline",
        "## Follow-ups",
    ):
        assert fact in REPORT, fact
    assert all(f"| ☐ | {_called(node)} | " in REPORT for node in OF.nodes if node.is_service or node.type == "database")
    assert all(flow.metadata.text("customer-communication") in REPORT for flow in OF.flows)
    assert re.findall(r"^\| (\d) \| (?:And why|Why) .*\?", REPORT, re.MULTILINE) == ["1", "2", "3", "4", "5"]
    bill = (ROOT / "docs" / "impact.md").read_text(encoding="utf-8")
    assert all(re.search(rf"^{figure} ", bill, re.MULTILINE) for figure in FIGURES)


def _called(node: Node) -> str:
    return node.metadata.text("otel-service-name") or node.id
