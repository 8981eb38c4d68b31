"""Claims about every rule of `lab arch validate`: a document that it passes, and one that it fails."""

from pathlib import Path
from typing import Any

import pytest

from advisor.calm.pointer import below
from advisor.lint.catalogue import FURTHER, RULES
from tests.support.calm_documents import Change, Document, changed, control, of_rule, report, sound, written

SHOP, TILL, BOOKS = 1, 2, 3


def put(*steps: str | int, value: Any) -> Change:
    """Return what puts a value at a place."""

    def change(document: Document) -> None:
        inner: Any = document
        for step in steps[:-1]:
            inner = inner[step]
        inner[steps[-1]] = value

    return change


def take(*steps: str | int) -> Change:
    """Return what takes the value at a place away."""

    def change(document: Document) -> None:
        inner: Any = document
        for step in steps[:-1]:
            inner = inner[step]
        del inner[steps[-1]]

    return change


def add(*steps: str | int, value: Any) -> Change:
    """Return what adds a value to a list."""

    def change(document: Document) -> None:
        inner: Any = document
        for step in steps:
            inner = inner[step]
        inner.append(value)

    return change


def _tiers(document: Document) -> None:
    document["nodes"][TILL]["metadata"]["tier"] = "tier-2"


LONELY = {"unique-id": "lonely", "node-type": "actor", "name": "Lonely", "description": "Alone."}
END = ("relationship-type", "connects", "destination")
OPTIONS = {"description": "One or the other.", "nodes": ["shop", "gone"], "relationships": ["shop-to-till"]}
FAR = "https://example.org/requirement.json"

FAILING: list[tuple[str, Change, str]] = [
    ("has-nodes-and-relationships", take("relationships"), ""),
    ("node-exists", put("relationships", 1, *END, "node", value="tills"), f"/relationships/1/{'/'.join(END)}/node"),
    (
        "node-exists",
        put("relationships", 0, "relationship-type", "interacts", "nodes", 0, value="shops"),
        "/relationships/0/relationship-type/interacts/nodes/0",
    ),
    (
        "node-exists",
        put("relationships", 0, "relationship-type", value={"composed-of": {"container": "x", "nodes": ["buyer"]}}),
        "/relationships/0/relationship-type/composed-of/container",
    ),
    (
        "node-exists",
        put("relationships", 0, "relationship-type", value={"deployed-in": {"container": "buyer", "nodes": ["x"]}}),
        "/relationships/0/relationship-type/deployed-in/nodes/0",
    ),
    (
        "interface-exists",
        put("relationships", 1, *END, "interfaces", 0, value="books-sql"),
        f"/relationships/1/{'/'.join(END)}/interfaces/0",
    ),
    ("id-unique", put("relationships", 1, "unique-id", value="shop"), "/relationships/1/unique-id"),
    (
        "id-unique",
        put("nodes", TILL, "interfaces", 0, "unique-id", value="shop-http"),
        "/nodes/2/interfaces/0/unique-id",
    ),
    (
        "transition-exists",
        put("flows", 0, "transitions", 1, "relationship-unique-id", value="shop-to-tills"),
        "/flows/0/transitions/1/relationship-unique-id",
    ),
    (
        "sequence-unique",
        put("flows", 0, "transitions", 1, "sequence-number", value=1),
        "/flows/0/transitions/1/sequence-number",
    ),
    ("node-used", add("nodes", value=LONELY), "/nodes/4/unique-id"),
    ("no-empty-string", put("nodes", SHOP, "metadata", "note", value=""), "/nodes/1/metadata/note"),
    ("no-placeholder", put("nodes", SHOP, "name", value="[[ SHOP_NAME ]]"), "/nodes/1/name"),
    ("no-minus-one", put("nodes", SHOP, "interfaces", 0, "port", value=-1), "/nodes/1/interfaces/0/port"),
    (
        "no-legacy-key",
        put("nodes", BOOKS, "controls", "failover", "requirements", 0, "control-requirement-url", value=FAR),
        "/nodes/3/controls/failover/requirements/0/control-requirement-url",
    ),
    ("known-top-level", put("teams", value=[]), "/teams"),
    ("json-schema", take("nodes", SHOP, "description"), "/nodes/1"),
    ("json-schema", put("relationships", 1, "protocol", value="SMTP"), "/relationships/1/protocol"),
    ("json-schema", put("flows", 0, "sla", value="none"), "/flows/0"),
    ("json-schema", take("$schema"), ""),
    (
        "control-config",
        take("nodes", BOOKS, "controls", "failover", "requirements", 0, "config", "name"),
        "/nodes/3/controls/failover/requirements/0/config",
    ),
    ("schema-known", put("$schema", value="https://example.org/calm.json"), "/$schema"),
    (
        "requirement-known",
        put("nodes", BOOKS, "controls", "failover", "requirements", 0, "requirement-url", value=FAR),
        "/nodes/3/controls/failover/requirements/0/requirement-url",
    ),
    ("service-told", take("nodes", SHOP, "metadata", "runbook"), "/nodes/1/metadata"),
    ("service-told", take("nodes", SHOP, "metadata"), "/nodes/1"),
    ("database-told", take("nodes", BOOKS, "metadata", "dba-contact"), "/nodes/3/metadata"),
    ("metadata-form", put("nodes", SHOP, "metadata", "tier", value="first"), "/nodes/1/metadata/tier"),
    ("metadata-form", put("nodes", SHOP, "metadata", "oncall-slack", value="orders"), "/nodes/1/metadata/oncall-slack"),
    (
        "metadata-form",
        put("nodes", SHOP, "metadata", "health-endpoint", value="well"),
        "/nodes/1/metadata/health-endpoint",
    ),
    (
        "metadata-form",
        put("nodes", BOOKS, "metadata", "backup-schedule", value="daily"),
        "/nodes/3/metadata/backup-schedule",
    ),
    ("metadata-form", put("nodes", BOOKS, "metadata", "restore-time", value="soon"), "/nodes/3/metadata/restore-time"),
    ("metadata-form", put("flows", 0, "metadata", "tier", value="tier-one"), "/flows/0/metadata/tier"),
    ("metadata-object", put("nodes", 0, "metadata", value=[{"likes": "tea"}]), "/nodes/0/metadata"),
    ("failure-mode-told", put("nodes", SHOP, "metadata", "failure-modes", value=[]), "/nodes/1/metadata/failure-modes"),
    (
        "failure-mode-told",
        take("nodes", SHOP, "metadata", "failure-modes", 0, "check"),
        "/nodes/1/metadata/failure-modes/0",
    ),
    (
        "probe-evaluated",
        put("nodes", SHOP, "metadata", "failure-modes", 0, "probe", value={"mood": "bad"}),
        "/nodes/1/metadata/failure-modes/0/probe",
    ),
    ("node-reachable", put("nodes", SHOP, "interfaces", value=[]), "/nodes/1"),
    (
        "restore-within-objective",
        put("nodes", BOOKS, "metadata", "restore-time", value="2 hours"),
        "/nodes/3/metadata/restore-time",
    ),
    (
        "dependencies-are-calls",
        add("nodes", SHOP, "metadata", "dependencies", value="books"),
        "/nodes/1/metadata/dependencies/1",
    ),
    (
        "dependencies-are-calls",
        put("nodes", SHOP, "metadata", "dependencies", value=[]),
        "/nodes/1/metadata/dependencies",
    ),
    ("interfaces-named", take("relationships", 1, *END, "interfaces"), f"/relationships/1/{'/'.join(END)}"),
    ("protocol-named", take("relationships", 1, "protocol"), "/relationships/1"),
    (
        "option-exists",
        add("relationships", value={"unique-id": "either", "relationship-type": {"options": [OPTIONS]}}),
        "/relationships/3/relationship-type/options/0/nodes/1",
    ),
    ("tier-kept", _tiers, "/relationships/1"),
    (
        "sla-kept",
        put("flows", 0, "metadata", "sla", value="99% availability, 1500ms p99 latency"),
        "/flows/0/metadata/sla",
    ),
    ("flow-told", take("flows", 0, "metadata", "customer-communication"), "/flows/0/metadata"),
    ("flow-id-unique", put("flows", 0, "unique-id", value="shop"), "/flows/0/unique-id"),
    (
        "flow-in-order",
        put("flows", 0, "transitions", 2, "sequence-number", value=5),
        "/flows/0/transitions/2/sequence-number",
    ),
    (
        "flow-connected",
        take("flows", 0, "transitions", 1),
        "/flows/0/transitions/1/relationship-unique-id",
    ),
    (
        "flow-connected",
        put("flows", 0, "transitions", 1, "direction", value="destination-to-source"),
        "/flows/0/transitions/1/relationship-unique-id",
    ),
    ("decision-there", add("adrs", value="docs/adr/gone.md"), "/adrs/1"),
    ("link-there", put("nodes", SHOP, "metadata", "runbook", value="gone.md"), "/nodes/1/metadata/runbook"),
    ("link-there", put("nodes", SHOP, "metadata", "dashboard", value="http:///d/x"), "/nodes/1/metadata/dashboard"),
    ("monitoring-told", take("metadata"), "/metadata"),
    ("monitoring-told", put("metadata", "monitoring", "dashboard", value="pending"), "/metadata/monitoring/dashboard"),
    (
        "detail-there",
        put("nodes", SHOP, "details", value={"detailed-architecture": "gone.json"}),
        "/nodes/1/details/detailed-architecture",
    ),
    (
        "accepted-found",
        put("metadata", "accepted-findings", value=[{"rule": "sla-kept", "at": "buying", "reason": "It is fine."}]),
        "/metadata/accepted-findings/0",
    ),
]


def test_nothing_is_found_in_a_sound_document(tmp_path: Path) -> None:
    """The document that all others are made of passes every rule."""
    assert report(tmp_path, sound()).findings == ()


@pytest.mark.parametrize(("rule", "change", "pointer"), FAILING, ids=[f"{rule}{at}" for rule, _, at in FAILING])
def test_each_rule_fails_what_it_is_there_for(tmp_path: Path, rule: str, change: Change, pointer: str) -> None:
    """At the place that is wrong, with its line, and with words that say how to mend it."""
    document = changed(change)
    found = of_rule(report(tmp_path, document), rule)
    assert pointer in [one.pointer for one in found], found
    one = next(one for one in found if one.pointer == pointer)
    severities = {each.name: each.severity for each in RULES} | {"detail-there": "error", "accepted-found": "warning"}
    assert one.severity == severities[rule]
    assert one.message.endswith((".", "!"))
    assert one.mend.endswith((".", "]", "}", "]."))
    lines = (tmp_path / "small.json").read_text().splitlines()
    name = pointer.rpartition("/")[2]
    if name and not name.isdecimal() and rule != "monitoring-told":
        assert f'"{name}"' in lines[one.line - 1]
    assert lines[one.line - 1][one.column - 1] in '"{['


def test_a_member_that_stands_twice_is_found(tmp_path: Path) -> None:
    """Any reader keeps the last one, so that only the text shows it."""
    text = '{"name": "One",\n "name": "Two"}'
    (found,) = of_rule(report(tmp_path, text), "member-once")
    assert (found.pointer, found.line) == ("/name", 2)


def test_every_rule_has_a_failing_document() -> None:
    """Those about timelines and decorators have a module of their own."""
    elsewhere = {"member-once", "timeline", "decorator"}
    assert {rule for rule, _, _ in FAILING} | elsewhere == {rule.name for rule in RULES} | set(FURTHER)


@pytest.mark.parametrize(
    "change",
    [
        put("relationships", 1, "protocol", value="AMQP"),
        put("relationships", 1, "metadata", value={"call-style": "async"}),
        put("flows", 0, "metadata", "tier", value="tier-2"),
    ],
    ids=["over a queue", "asynchronous", "a flow of the lower tier"],
)
def test_who_does_not_wait_may_call_what_matters_less(tmp_path: Path, change: Change) -> None:
    """The tier counts where somebody of a higher one waits."""

    def both(document: Document) -> None:
        _tiers(document)
        document["nodes"][BOOKS]["metadata"]["tier"] = "tier-2"
        change(document)

    assert of_rule(report(tmp_path, changed(both)), "tier-kept") == []


def test_a_call_that_fails_the_request_is_no_wait_of_its_sla(tmp_path: Path) -> None:
    """Without a fallback a timeout costs availability, and the slow answer is none."""

    def change(document: Document) -> None:
        document["flows"][0]["metadata"]["sla"] = "99% availability, 100ms p99 latency"
        limits = control(**{"timeout-s": 1, "attempts": 2, "fallback": False})
        document["relationships"][1]["controls"]["circuit-breaker"] = limits

    assert of_rule(report(tmp_path, changed(change)), "sla-kept") == []


def test_what_a_document_accepts_is_told_and_does_not_fail(tmp_path: Path) -> None:
    """With its reason; an error cannot be accepted, nor a finding without a reason."""

    def change(document: Document) -> None:
        document["flows"][0]["metadata"]["sla"] = "1s"
        document["metadata"]["accepted-findings"] = [
            {"rule": "sla-kept", "at": "buying", "reason": "Nobody waits so long."},
            {"rule": "json-schema", "at": "shop", "reason": "We like it so."},
            {"rule": "service-told", "at": "/nodes/2"},
        ]
        del document["nodes"][SHOP]["name"]
        del document["nodes"][TILL]["metadata"]["owner"]

    found = report(tmp_path, changed(change))
    assert [(one.finding.rule, one.reason) for one in found.accepted] == [("sla-kept", "Nobody waits so long.")]
    assert {one.rule for one in found.findings} == {"json-schema", "service-told", "accepted-found"}
    assert len(of_rule(found, "accepted-found")) == 2


def test_a_detailed_architecture_is_held_against_the_same_rules(tmp_path: Path) -> None:
    """Also one that details a node of itself, which ends all the same."""

    def change(document: Document) -> None:
        document["nodes"][SHOP]["details"] = {"detailed-architecture": "inner.json"}

    broken = changed(change)
    del broken["relationships"]
    written(tmp_path, broken, "inner.json")
    found = report(tmp_path, changed(change))
    assert {Path(one.file).name for one in found.findings} == {"inner.json"}
    assert of_rule(found, "has-nodes-and-relationships")


def test_pointers_of_odd_names_are_escaped() -> None:
    """As RFC 6901 has it."""
    assert below("/metadata", "a/b~c") == "/metadata/a~1b~0c"
