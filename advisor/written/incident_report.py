"""The form of an incident report: what is known beforehand is filled in; the rest has commands that tell it."""

from collections.abc import Iterator

from advisor.answers.nodes import by_service
from advisor.calm.model import Architecture, Node
from advisor.written.markdown import NOTE, code, console, link, noted, sentence, table

OPEN = "…"
"""Stands where people write."""
BOX = "☐"
STORY = "what failed first, and what that brought about"
FACTS = (
    "what happened, in two sentences",
    "severity, and the tier of the worst flow",
    "began and ended (UTC)",
    "detected by",
    "minutes to detect, to identify, to resolve",
)
MOMENTS = (
    ("the first sign, looking back", "`lab metrics`, `lab traces --since 2h`"),
    ("the first alert", "`lab alerts --history`"),
    ("somebody looks", "whoever was called"),
    ("customers are told", "the status page"),
    ("the reason is known", "whoever found it"),
    ("it is mitigated", "`lab ops history`"),
    ("it is over", "`lab alerts --history`, `lab slo`"),
    ("customers are told that it is over", "the status page"),
)
FIGURES = ("orders lost", "orders delayed", "money wrong", "stock wrong", "customers affected", "failed checkouts")
"""As `lab impact` calls them."""
WHYS = (
    "Why did customers notice it?",
    "And why did that happen?",
    "And why that?",
    "And why could that be so?",
    "And why was it not caught before?",
)
FOLLOW_UPS = (
    ("an alert that fires sooner, or names it better", "detects"),
    ("the failure mode, with its probe and lever, in the architecture document", "detects, mitigates"),
    ("a replica, a fallback, a limit or a queue where there was none", "prevents"),
    ("settings that were changed are kept, or put back: `lab drift` is clean", "prevents"),
    ("the sentence for customers says what they needed to know", "mitigates"),
)


def incident_report(of: Architecture) -> str:
    """Return the form for incidents of a platform."""
    return "\n\n".join(_pieces(of)) + "\n"


def _pieces(of: Architecture) -> Iterator[str]:
    yield "# Incident report"
    yield NOTE
    yield (
        f"Copy this page while it is fresh, fill in what stands as {OPEN}, tick {BOX} what applies, and leave out the "
        "rest. Each section begins with the commands that tell what belongs into it."
    )
    yield (
        "**It blames nobody.** People did what made sense with what they knew. Write roles and not names; ask what "
        "made a step look right, what hid the reason, and what would have made the right step easy. “Human error” is "
        "where the questions begin, and no answer."
    )
    yield from _summary()
    yield from _services(of)
    yield from _flows(of)
    yield from _cost()
    yield from _timeline()
    yield from _reasons(of)
    yield from _done(of)


def _summary() -> Iterator[str]:
    yield "## In short"
    yield console([f'lab advise incident-summary "{STORY}"'])
    yield table(("", ""), [(fact, OPEN) for fact in FACTS])


def _services(of: Architecture) -> Iterator[str]:
    yield "## Services"
    yield noted(
        [
            ("lab advise suspects", "while it lasts: who shows signs of what"),
            (f"lab advise blast-radius {_first_service(of)}", "who else is hit when one of them fails"),
        ]
    )
    nodes = [node for node in by_service(of.nodes) if node.is_service or node.type == "database"]
    rows = [(BOX, _name(node), *_owned(node), OPEN) for node in sorted(nodes, key=lambda one: one.tier or 9)]
    yield table(("hit", "what", "tier", "owner", "channel", "how"), rows)


def _name(node: Node) -> str:
    return node.metadata.text("otel-service-name") or node.id


def _owned(node: Node) -> tuple[str, str, str]:
    return node.metadata.text("tier"), node.metadata.text("owner"), node.metadata.text("oncall-slack")


def _first_service(of: Architecture) -> str:
    return next((node.id for node in of.nodes if node.is_service), "")


def _flows(of: Architecture) -> Iterator[str]:
    yield "## Flows, and what customers were told"
    yield console(["lab slo", *(f"lab advise impact {flow.id}" for flow in of.flows)])
    rows = [
        (
            BOX,
            link(flow.name, f"flows/{flow.id}.md"),
            flow.metadata.text("tier"),
            flow.metadata.text("sla"),
            sentence(flow.metadata.text("business-impact")),
            f"“{flow.metadata.text('customer-communication')}”",
        )
        for flow in sorted(of.flows, key=lambda one: one.metadata.text("tier"))
    ]
    yield table(("hit", "flow", "tier", "promised", "what an outage costs", "the sentence for customers"), rows)
    yield f"Told where and when, and whether that was soon enough: {OPEN}"


def _cost() -> Iterator[str]:
    yield "## What it cost"
    yield noted(
        [
            ("lab impact --since 2h", "the bill since a moment; without --since, all there is"),
            ("lab impact --since 2h --by-minute", "when it was worst"),
            ("lab slo", "what is left of each error budget"),
        ]
    )
    yield table(("", "how many", "will be made good by"), [(figure, OPEN, OPEN) for figure in FIGURES])


def _timeline() -> Iterator[str]:
    yield "## Timeline"
    yield noted(
        [
            ("lab alerts --history", "what fired, and how long"),
            ("lab ops history", "what was done, by whom, and what was undone"),
            ("lab logs --level error --since 2h", "what services complained of"),
            ("lab traces --error --since 2h", "requests that failed"),
        ]
    )
    yield table(("UTC", "what", "seen in"), [(OPEN, what, seen) for what, seen in MOMENTS])


def _reasons(of: Architecture) -> Iterator[str]:
    yield "## Why"
    yield (
        "Each answer is what the next question asks about. Stop where something can be changed, not where somebody can "
        "be named. Where two answers are true, ask on from both. An answer has a trace, a query or a line of code "
        "behind it."
    )
    yield table(("", "why", "because", "seen in"), [(str(n), why, OPEN, OPEN) for n, why in enumerate(WHYS, 1)])
    yield "**Was it known?**"
    yield noted(
        [
            (f"lab advise service {_first_service(of)}", "with its failure modes"),
            ("lab drift", "what differed from what is written down"),
        ]
    )
    yield table(
        ("", ""),
        [
            ("failure mode that it was, with its runbook", OPEN),
            ("what its symptom, check or remedy should have said", OPEN),
            ("what helped us", OPEN),
            ("what held us up", OPEN),
            ("where we were lucky", OPEN),
        ],
    )


def _done(of: Architecture) -> Iterator[str]:
    yield "## What was done"
    yield console(["lab ops history"])
    yield table(("UTC", "what", "why it looked right", "what came of it", "undone"), [(OPEN,) * 5] * 2)
    yield "## Follow-ups"
    teams = dict.fromkeys(node.metadata.text("owner") for node in of.nodes if node.metadata.text("owner"))
    yield (
        "Few, each with one owner and a date, and a line that says how we shall know that it works. A failure mode is "
        "[added to the architecture document](../architecture-document.md#changing-it), from which runbooks, alerts "
        "and this page come. The incident itself is entered, with its figures and lessons, in "
        "[`architectures/decorators/incidents.json`](../../architectures/decorators/incidents.json)."
    )
    yield table(
        ("", "what", "it", "owner", "by", "how we shall know"),
        [(BOX, what, kind, OPEN, OPEN, OPEN) for what, kind in FOLLOW_UPS],
    )
    yield f"Owners: {code(teams)}. Whom to ask: the [on-call reference](on-call.md)."
