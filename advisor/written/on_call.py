"""The on-call reference: what to type first, and per tier and owner who is called, where to look, whom to ask next."""

from collections.abc import Iterator, Mapping
from typing import Any

from advisor.calm.model import Architecture
from advisor.written.duty import Duty, duties, pieces
from advisor.written.markdown import NOTE, anchor, code, contact, facts, link, noted, table

MINUTES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "What fires, and whose is it?",
        (
            ("lab alerts", "how bad it is, whom it concerns, since when"),
            ("lab status", "which processes are well"),
        ),
    ),
    (
        "Whom does it hit?",
        (
            ("lab impact --since 10m", "orders, money, customers"),
            ("lab slo", "which promises are being broken, and how fast"),
        ),
    ),
    (
        "Where does it come from?",
        (
            ("lab advise suspects", "what speaks for and against whom, what to check next"),
            ("lab top --once", "rate, errors and duration of everybody"),
            ("lab traces --error --since 5m", "requests that failed"),
            ("lab logs --level error --since 5m", "what services complain of"),
        ),
    ),
    (
        "What was changed?",
        (
            ("lab ops history", "what others on call have done"),
            ("lab drift", "what is in force and written down nowhere"),
        ),
    ),
    (
        "Call whoever owns it, and act.",
        (
            ("lab advise contacts", "everybody, as below"),
            ("lab ops rollback", "all settings back to what was last marked good"),
            ("lab ops undo", "and if that was wrong"),
        ),
    ),
)
SAME = {
    "dashboard": "grafana-dashboard",
    "logs": "kibana-logs",
    "alerts": "pagerduty-service",
    "objectives": "alert-rules",
}
"""What monitoring calls differently in the embedded lab."""


def on_call(of: Architecture) -> str:
    """Return the reference for a whole platform."""
    return "\n\n".join(_pieces(of)) + "\n"


def _pieces(of: Architecture) -> Iterator[str]:
    found = duties(of)
    yield "# On call"
    yield NOTE
    yield (
        "Who is called for what, where they look, and what they type first. What goes wrong and what helps is in the "
        "[runbooks](runbooks/); what an outage means, and what customers are told, in the [flow guides](flows/); what "
        "is written afterwards, in the [incident report](incident-report.md)."
    )
    yield _contents(found)
    yield from _first_minutes(of)
    yield "## Where to look"
    yield table(("", "embedded lab", "docker compose"), _places(of))
    for tier in dict.fromkeys(one.tier for one in found):
        yield f"## {tier.replace('-', ' ').capitalize()}"
        for one in found:
            if one.tier == tier:
                yield f"### {one.title}"
                yield from pieces(of, one)
    yield from _databases(of)
    yield from _teams(of)
    yield from _routes()


def _contents(found: list[Duty]) -> str:
    places = ["The first five minutes", "Where to look"]
    lines = [f"- {_here(place)}" for place in places]
    for tier in dict.fromkeys(one.tier for one in found):
        teams = ", ".join(_here(one.title) for one in found if one.tier == tier)
        lines.append(f"- {_here(tier.replace('-', ' ').capitalize())}: {teams}")
    return "\n".join([*lines, *(f"- {_here(place)}" for place in ("Databases", "Teams", "How alerts get here"))])


def _here(title: str) -> str:
    return link(title, f"#{anchor(title)}")


def _first_minutes(of: Architecture) -> Iterator[str]:
    yield "## The first five minutes"
    for number, (title, commands) in enumerate(MINUTES, 1):
        yield f"**{number}. {title}**"
        yield noted(commands)
    pages = dict.fromkeys(flow.metadata.text("status-page") for flow in of.flows)
    told = ", ".join(f"<{page}>" for page in pages if page) or "there is none"
    yield f"Customers are told in the words of the [flow guides](flows/), on the status page: {told}."


def _places(of: Architecture) -> Iterator[tuple[str, str, str]]:
    watched = _object(of.metadata.get("monitoring"))
    typed = _object(watched.get("embedded"))
    urls = {key: value for key, value in watched.items() if str(value).startswith("http")}
    for key, command in typed.items():
        name = SAME.get(key, key)
        yield key, code([str(command)]), link(name.replace("-", " "), str(urls.pop(name, "")))
    for key, url in urls.items():
        yield key.replace("-", " "), "", link(key.replace("-", " "), str(url))


def _databases(of: Architecture) -> Iterator[str]:
    yield "## Databases"
    yield table(
        ("database", "owner", "DBA", "backup", "restored within"),
        [
            (
                node.id,
                node.metadata.text("owner"),
                node.metadata.text("dba-contact"),
                code(filter(None, [node.metadata.text("backup-schedule")])),
                node.metadata.text("restore-time"),
            )
            for node in of.nodes
            if node.type == "database"
        ],
    )


def _teams(of: Architecture) -> Iterator[str]:
    yield "## Teams"
    found = of.metadata.get("contacts")
    told = [_object(one) for one in found] if isinstance(found, list) else []
    keys = ("team", "oncall-slack", "email", "escalates-to", "runs")
    rows = [[str(one.get(key, "")) for key in keys] for one in told]
    yield table(("team", "channel", "mail", "then", "runs"), rows)
    yield "For the whole platform:"
    yield facts([("on call", contact(of, of.metadata)), ("tier", of.metadata.text("tier"))])


def _routes() -> Iterator[str]:
    yield "## How alerts get here"
    yield (
        "An alert carries the owner and the tier of what it is about, as the architecture document has them. "
        "Alertmanager routes by these and by severity, to the receivers that are named above for each team: "
        "[`observability/slo/alertmanager/`](../../observability/slo/alertmanager/) is written from the same document. "
        "In the embedded lab the evidence process tells, under the same names ([how](../alerts.md#being-told)). What "
        "belongs to one owner and one flow or service is told together, and once. An alert that can be both pages "
        "while an error budget is spent fast, and is a ticket while it is spent slowly."
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
