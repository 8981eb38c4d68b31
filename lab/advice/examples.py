"""Conversations with the advisor as pages: three outages, and the summary of an incident."""

from collections.abc import Iterator
from pathlib import Path

import click

from advisor.answers.incidents import cause_first, incident_summary
from advisor.asking.asking import answer
from advisor.calm.model import Architecture
from advisor.calm.reading import load
from advisor.calm.source import ROOT
from lab.advice import answer_text

FOLDER = ROOT / "docs" / "examples"
NOTE = "<!-- Written by `make docs` from architectures/ecommerce-platform.json. -->"
OUTAGES = {
    "payment-down": (
        "Payment is down",
        "The order completion rate has dropped by 80 %. Customers cannot check out.",
        (
            "Which services are in the checkout flow?",
            "What are the most likely failure points?",
            "Which health endpoints do I ask first?",
            "Whom do I contact for payment?",
            "What is the business impact, and what do we tell customers?",
        ),
    ),
    "order-latency": (
        "Orders are slow",
        "Latency of the order service is 5 s, and there are no errors.",
        (
            "Which databases does the order service use?",
            "Could it be replication?",
            "Which failure modes are known for high latency?",
            "What is the remediation?",
            "Who is the DBA contact of the order database?",
        ),
    ),
    "cascade": (
        "Errors everywhere",
        "Errors across order, inventory and the web front end for 10 minutes.",
        (
            "What is the dependency graph between them?",
            "Which infrastructure do they share?",
            "Is there a single point of failure?",
            "In what order do I investigate?",
            "Which business processes are affected?",
        ),
    ),
}
"""Page → title, what is seen, what is asked."""
STORY = (
    "A health check misconfiguration on the load balancer marked gateway 2 unhealthy; gateway 1 took all the traffic "
    "and was overloaded."
)


def pages(of: Architecture) -> Iterator[tuple[Path, str]]:
    """Yield every page with its text."""
    for name, (title, seen, questions) in OUTAGES.items():
        asked = [(one, answer_text.text(of, answer(of, one, seen))) for one in questions]
        told = [_told(f'lab advise --offline --situation "{seen}" "{one}"', text) for one, text in asked]
        headed = [f"## {one}\n\n{text}" for (one, _), text in zip(asked, told, strict=True)]
        yield FOLDER / f"{name}.md", _page(title, f"> {seen}", *headed)
    summary = answer_text.text(of, incident_summary(of, STORY, cause_first(of, STORY)))
    told_once = _told(f'lab advise incident-summary --offline "{STORY}"', summary)
    yield FOLDER / "incident-summary.md", _page("The summary of an incident", told_once)


def _page(title: str, *pieces: str) -> str:
    return "\n\n".join([f"# {title}", NOTE, *pieces]) + "\n"


def _told(command: str, text: str) -> str:
    return f"```console\n$ {command}\n```\n\n```text\n{click.unstyle(text)}\n```"


def main(*, check: bool) -> int:
    """Write the pages, or return 1 when one is not current and was only to be checked."""
    old = [(file, text) for file, text in pages(load()) if not file.exists() or file.read_text("utf-8") != text]
    for file, text in old:
        click.echo(f"{file.name}: {'not current, run make docs' if check else 'renewed'}")
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return 1 if check and old else 0
