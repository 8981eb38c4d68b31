"""A small CALM document that nothing is wrong with, to be broken by tests, and what is found in it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from advisor.calm.schemas import Schemas
from advisor.lint.finding import Finding, Report
from advisor.lint.validating import validate

Document = dict[str, Any]
Change = Callable[[Document], None]
REQUIREMENT = "https://calm.finos.org/release/1.2/meta/control-requirement.json"


def control(**config: Any) -> Document:
    """Return a control with one config."""
    told = {"control-id": "c-1", "name": "Limits", "description": "What is promised.", **config}
    return {"description": "A promise.", "requirements": [{"requirement-url": REQUIREMENT, "config": told}]}


def _service(name: str, *dependencies: str) -> Document:
    mode = dict.fromkeys(("symptom", "likely-cause", "check", "remediation", "escalation"), "Told.")
    return {
        "unique-id": name,
        "node-type": "service",
        "name": name.title(),
        "description": "Serves.",
        "interfaces": [{"unique-id": f"{name}-http", "port": 80}],
        "metadata": {
            "owner": f"{name}-team",
            "oncall-slack": f"#oncall-{name}",
            "tier": "tier-1",
            "health-endpoint": "/health",
            "runbook": "runbook.md",
            "dashboard": "http://localhost:3000/d/service",
            "log-query": "service=x",
            "dependencies": list(dependencies),
            "failure-modes": [mode],
        },
    }


def _connects(source: str, destination: str, interface: str, protocol: str = "HTTP") -> Document:
    ends = {
        "source": {"node": source, "interfaces": [f"{source}-http"]},
        "destination": {"node": destination, "interfaces": [interface]},
    }
    return {
        "unique-id": f"{source}-to-{destination}",
        "description": "Calls.",
        "protocol": protocol,
        "relationship-type": {"connects": ends},
    }


def sound() -> Document:
    """Return the document: a buyer, a shop, a till with its database."""
    till = _connects("shop", "till", "till-http") | {
        "controls": {"circuit-breaker": control(**{"timeout-s": 1, "attempts": 2})}
    }
    database = {
        "unique-id": "books",
        "node-type": "database",
        "name": "Books",
        "description": "Keeps.",
        "interfaces": [{"unique-id": "books-sql", "port": 5432}],
        "controls": {"failover": control(**{"rto-minutes": 30})},
        "metadata": {
            "owner": "till-team",
            "oncall-slack": "#oncall-till",
            "tier": "tier-1",
            "dba-contact": "#dba",
            "backup-schedule": "0 2 * * *",
            "restore-time": "20 minutes",
        },
    }
    buyer = {"unique-id": "buyer", "node-type": "actor", "name": "Buyer", "description": "Buys."}
    uses = {"unique-id": "buyer-uses-shop", "relationship-type": {"interacts": {"actor": "buyer", "nodes": ["shop"]}}}
    steps = ("buyer-uses-shop", "shop-to-till", "till-to-books")
    return {
        "$schema": "https://calm.finos.org/release/1.2/meta/calm.json",
        "unique-id": "small",
        "name": "Small",
        "description": "A small shop.",
        "adrs": ["adr.md"],
        "metadata": {"monitoring": {"dashboard": "http://localhost:3000/d/overview", "kept": "2 days"}},
        "nodes": [buyer, _service("shop", "till"), _service("till", "books"), database],
        "relationships": [uses, till, _connects("till", "books", "books-sql", "JDBC")],
        "flows": [
            {
                "unique-id": "buying",
                "name": "Buying",
                "description": "A buyer buys.",
                "transitions": [
                    {"relationship-unique-id": step, "sequence-number": number, "description": "Goes on."}
                    for number, step in enumerate(steps, 1)
                ],
                "metadata": {
                    "business-impact": "No sales.",
                    "degraded-behavior": "None.",
                    "customer-communication": "Come back later.",
                    "sla": "99.9% availability, 30s p99 latency",
                    "tier": "tier-1",
                },
            }
        ],
    }


def changed(change: Change) -> Document:
    """Return the document after a change."""
    document = copy.deepcopy(sound())
    change(document)
    return document


def written(folder: Path, document: Document | str, name: str = "small.json") -> Path:
    """Write a document, with the files that it points to beside it."""
    for linked in ("adr.md", "runbook.md"):
        (folder / linked).write_text("# There\n")
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(document if isinstance(document, str) else json.dumps(document, indent=2), encoding="utf-8")
    return file


def report(folder: Path, document: Document | str, schemas: Schemas | None = None) -> Report:
    """Return what is found in a document."""
    return validate(written(folder, document), schemas)


def of_rule(found: Report, rule: str) -> list[Finding]:
    """Return what one rule has found."""
    return [one for one in found.findings if one.rule == rule]
