"""Whether repaired code stands it: the scenario's load, while whatever happens outside goes on."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from chaos.scenario.model import Scenario
from drill.catalogue import Entry
from drill.live.own_lab import AS_EXPECTED, PAGE, RUN_WITHIN_S, OwnLab, own_lab
from drill.proving.judge import Claim, Verdict
from drill.workspace.service import Files, plain_service
from observability.wiring import vocabulary

FIGURE = re.compile(rb"\bvocabulary\.([A-Z][A-Z_]*)\b")
WAITING = ("steady", "observe", "steady again")
"""Phases of a run in which the shop is looked at."""
TOLD = re.compile(r"^# TYPE (\S+) ", re.MULTILINE)


@dataclass(frozen=True)
class Stood:
    """What came of repaired code in a lab that runs."""

    claims: Sequence[Claim]
    waited_s: float
    """How long it was looked on: until the shop was steady, until the trouble was due, while it went on, and until it
    was over.
    """
    judged_s: float
    """What all else took."""

    @property
    def is_well(self) -> bool:
        """Whether every claim holds."""
        return all(claim.held for claim in self.claims)

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        claims = [{"says": one.says, "held": one.held, "seen": one.seen} for one in self.claims]
        return {"waited_s": round(self.waited_s, 1), "judged_s": round(self.judged_s, 1), "claims": claims}


def stands(entry: Entry, services: Path | None = None, *, seed: int = 0) -> Verdict:
    """Play what happens outside to the code in `services`, or to the lab's own, and say what of health does not hold.

    It takes as long as the scenario's probes look back, some 40 seconds. Raises `NotJudged` when there is no lab.
    """
    began = time.monotonic()
    with own_lab(services) as lab:
        seen = [*stood(entry, lab, seed).claims, *_told(entry, lab)]
    return Verdict(seen, time.monotonic() - began)


def stood(entry: Entry, lab: OwnLab, seed: int) -> Stood:
    """Return what has to be true of a lab with repaired code under the scenario's load and trouble."""
    began, began_s = time.monotonic(), time.time()
    found, waited = [], 0.0
    for scenario in entry.scenarios:
        run = ("chaos", "run", scenario.name, "--trigger-only", "--keep-data", "--seed", str(seed))
        result = lab.ask(*run, within_s=RUN_WITHIN_S)
        waited += waited_s(scenario, result["phases"])
        is_well = result["outcome"] == AS_EXPECTED
        says = "Under that night's load, and whatever fails outside, the shop stays well."
        found.append(_claim(says, "" if is_well else result["reason"]))
    outside = {name for scenario in entry.scenarios for name in scenario.outside_alerts}
    fired = [one for one in lab.fired(began_s) if one["severity"] == PAGE and one["name"] not in outside]
    pages = {f"{one['name']}: {one['summary']}" for one in fired}
    found.append(_claim("No alert pages anybody meanwhile.", "; ".join(sorted(pages))))
    bill = lab.ask("impact")
    wrong = [each["says"] for each in bill["damages"] if each["effect"] != "delayed"]
    found.append(_claim("No order is lost, no money and no stock is wrong.", "\n".join(wrong)))
    return Stood(found, waited, time.monotonic() - began - waited)


def waited_s(scenario: Scenario, phases: Sequence[Mapping[str, Any]]) -> float:
    """Return how much of a run was waiting. What is switched on later than at once is waited for as well."""
    took_s: dict[str, float] = {phase["name"]: phase["took_s"] for phase in phases}
    due_s = max((one.at for one in scenario.trigger().actions), default=0.0)
    return sum(took_s.get(name, 0.0) for name in WAITING) + min(due_s, took_s.get("inject", 0.0))


def _told(entry: Entry, lab: OwnLab) -> Iterator[Claim]:
    """Alerts are the lab's own; a service could only keep from them what they look at."""
    for service in entry.services:
        due = figures(plain_service(service, {fault.name for fault in entry.faults}, entry.params))
        page = httpx.get(f"{lab.url(service)}/metrics", trust_env=False, timeout=10.0).text
        lacking = due - set(TOLD.findall(page))
        yield _claim(
            f"Every figure that {service} told before is still told.",
            f"not told any more: {', '.join(sorted(lacking))}" if lacking else "",
        )


def figures(files: Files) -> set[str]:
    """Return the names of the metrics that a service's own code tells."""
    names = {name.decode() for text in files.values() for name in FIGURE.findall(text)}
    known = (getattr(vocabulary, name, None) for name in names)
    return {one.name for one in known if isinstance(one, vocabulary.Metric)}


def _claim(says: str, seen: str) -> Claim:
    return Claim(says=says, held=not seen, serves=False, when="call", seen=seen, example="")
