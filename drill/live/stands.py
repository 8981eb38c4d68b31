"""Whether repaired code stands it: the scenario's load, while whatever happens outside goes on."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from drill.catalogue import Entry
from drill.live.own_lab import AS_EXPECTED, PAGE, RUN_WITHIN_S, OwnLab, own_lab
from drill.proving.judge import Claim, Verdict
from drill.workspace.service import Files, plain_service
from observability.wiring import vocabulary

FIGURE = re.compile(rb"\bvocabulary\.([A-Z][A-Z_]*)\b")
TOLD = re.compile(r"^# TYPE (\S+) ", re.MULTILINE)


def stands(entry: Entry, services: Path | None = None, *, seed: int = 0) -> Verdict:
    """Play what happens outside to the code in `services`, or to the lab's own, and say what of health does not hold.

    It takes as long as the scenario's probes look back, some 40 seconds. Raises `NotJudged` when there is no lab.
    """
    began = time.monotonic()
    with own_lab(services) as lab:
        seen = [*claims(entry, lab, seed), *_told(entry, lab)]
    return Verdict(seen, time.monotonic() - began)


def claims(entry: Entry, lab: OwnLab, seed: int) -> Iterator[Claim]:
    """Yield what has to be true of a lab with repaired code under the scenario's load and trouble."""
    began_s = time.time()
    for scenario in entry.scenarios:
        run = ("chaos", "run", scenario.name, "--trigger-only", "--keep-data", "--seed", str(seed))
        result = lab.ask(*run, within_s=RUN_WITHIN_S)
        is_well = result["outcome"] == AS_EXPECTED
        yield _claim(
            "Under that night's load, and whatever fails outside, the shop stays well.",
            "" if is_well else result["reason"],
        )
    outside = {name for scenario in entry.scenarios for name in scenario.outside_alerts}
    fired = [one for one in lab.fired(began_s) if one["severity"] == PAGE and one["name"] not in outside]
    pages = {f"{one['name']}: {one['summary']}" for one in fired}
    yield _claim("No alert pages anybody meanwhile.", "; ".join(sorted(pages)))
    bill = lab.ask("impact")
    wrong = [each["says"] for each in bill["damages"] if each["effect"] != "delayed"]
    yield _claim("No order is lost, no money and no stock is wrong.", "\n".join(wrong))


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
