"""Findings that a document says it lives with: `accepted-findings` in its metadata, each with a reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.calm.model import Architecture
from advisor.calm.pointer import below
from advisor.lint.finding import Accepted, Finding

KEY = "accepted-findings"


@dataclass(frozen=True)
class Acceptance:
    """One of them. `at`: id of a node, relationship or flow, or a JSON pointer."""

    rule: str
    at: str
    reason: str
    pointer: str


def acceptances(of: Architecture) -> list[Acceptance]:
    """Return what a document accepts; what has not all three facts accepts nothing."""
    found, at = of.metadata.get(KEY), of.metadata.at(KEY)
    listed = enumerate(found if isinstance(found, list) else ())
    return [_acceptance(one if isinstance(one, dict) else {}, below(at, number)) for number, one in listed]


def _acceptance(value: Mapping[str, Any], pointer: str) -> Acceptance:
    rule, at, reason = (str(value.get(key, "")) for key in ("rule", "at", "reason"))
    return Acceptance(rule, at, reason, pointer)


def parted(of: Architecture, findings: Iterable[Finding]) -> tuple[list[Finding], list[Accepted], list[Acceptance]]:
    """Return what is left, what is accepted, and acceptances that nothing was found for. Errors are not accepted."""
    offers = acceptances(of)
    left: list[Finding] = []
    taken: list[Accepted] = []
    used: set[str] = set()
    for finding in findings:
        match = next((one for one in offers if _covers(of, one, finding)), None)
        if match is None:
            left.append(finding)
        else:
            used.add(match.pointer)
            taken.append(Accepted(finding, match.reason))
    return left, taken, [one for one in offers if one.pointer not in used]


def _covers(of: Architecture, one: Acceptance, finding: Finding) -> bool:
    if finding.severity == "error" or one.rule != finding.rule or not one.reason:
        return False
    places = [part.pointer for part in of.parts if part.id == one.at]
    places += [one.at] if one.at.startswith("/") else []
    return any(finding.pointer == place or finding.pointer.startswith(f"{place}/") for place in places)
