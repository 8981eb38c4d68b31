"""What a scenario does to a shop that runs: it is seen, its alert comes and goes, the advisor finds the culprit."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from chaos.scenario.model import Scenario
from drill.errors import NotJudged
from drill.live.own_lab import AS_EXPECTED, EVERY_S, RUN_WITHIN_S, OwnLab
from drill.places import ROOT
from drill.playing.scoring import NOTHING

LASTS_S = 60.0
"""How long a scenario stays on at least, which is the longest that its alert may take."""
QUIET_S = 600.0
"""How long nothing may happen where nothing is wrong."""
LOOKS_AFTER_S = (10.0, 30.0)
"""How long after the alert the advisor is asked: somebody reads the page first, and asks again later."""
LOOK_EVERY_S = 30.0
"""How often it is asked where no alert is to come."""
GONE_WITHIN_S = 120.0


@dataclass(frozen=True)
class Play:
    """What came of one play."""

    scenario: str
    seed: int
    outcome: str
    reason: str
    alert: str | None
    alert_after_s: float | None
    """From the beginning to the alert that the scenario names; None when it did not come, or none is named."""
    is_gone: bool
    """Whether no alert that pages fires any more at the end."""
    needless: tuple[str, ...]
    """Alerts that fired where none was to come."""
    looks: tuple[tuple[str, ...], ...]
    """Whom the advisor suspected in each look, the likeliest first; empty where nothing is wrong in its eyes."""
    said: tuple[str, ...]
    """What the advisor had to say for and against each in its last look, so that a wrong place can be understood."""
    culprits: tuple[str, ...]
    """Whom it is right to name, or `nothing`."""
    leaks: tuple[str, ...]
    """Where something gives it away to those who are trained."""
    took_s: float

    @property
    def ranks(self) -> tuple[int | None, ...]:
        """Where the culprit stands in each look, from 1; None where it is not named."""
        return tuple(
            next((place for place, one in enumerate(look, 1) if one in self.culprits), None) for look in self.looks
        )

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is wrong in it."""
        return self.culprits == (NOTHING,)

    @property
    def abstained(self) -> bool:
        """Whether nobody was ever suspected."""
        return not any(self.looks)

    def problems(self, within_s: float) -> list[str]:
        """Return what is not as the scenario says, in sentences."""
        found = [] if self.outcome == AS_EXPECTED else [f"{self.outcome}: {self.reason}"]
        if self.alert and self.alert_after_s is None:
            found.append(f"{self.alert} did not fire.")
        elif self.alert_after_s is not None and self.alert_after_s > within_s:
            found.append(f"{self.alert} fired after {self.alert_after_s:.0f} s; it has {within_s:.0f} s.")
        if self.needless:
            found.append(f"Nobody was to be paged, and {', '.join(self.needless)} fired.")
        if not self.is_gone:
            found.append("An alert that pages went on.")
        found += (f"It is given away: {leak}." for leak in self.leaks)
        if self.is_quiet and not self.abstained:
            found.append(f"The advisor suspected {', '.join(sorted({one for look in self.looks for one in look}))}.")
        return found

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {**asdict(self), "ranks": self.ranks, "abstained": self.abstained}


def played(scenario: Scenario, lab: OwnLab, seed: int) -> Play:
    """Play it once in a lab and watch. Raises `NotJudged` when the lab does not answer."""
    began = time.monotonic()
    lab.until(lab.is_quiet)
    began_s, lasts_s = time.time(), LASTS_S if scenario.actions else QUIET_S
    command = lab.command("leaks", scenario.name, "--seed", str(seed), "--observe", f"{lasts_s:g}s", "--json")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603 -- this very Python
        try:
            answers = _answers(scenario, lab, running, began_s)
            said, _ = running.communicate(timeout=RUN_WITHIN_S)
        except subprocess.TimeoutExpired as late:
            raise NotJudged(f"{scenario.name} did not end within {RUN_WITHIN_S:g} s.") from late
        finally:
            running.terminate()  # nothing, if it has ended; else it is not to be waited for
    try:
        result = json.loads(said)
        on_s = datetime.fromisoformat(result["phases"][1]["started_at"]).timestamp()
    except (ValueError, KeyError, IndexError) as error:
        raise NotJudged(f"{scenario.name} could not be played: {said[-500:]}") from error
    fired = lab.fired(on_s)
    named = [one["fired_at_s"] - on_s for one in fired if one["name"] == scenario.alert]
    needless = {one["name"] for one in fired if scenario.alert is None}
    given_away = [f"{one['where']} says {one['word']}" for one in result["findings"]]
    return Play(
        scenario=scenario.name,
        seed=seed,
        outcome=result["outcome"],
        reason=result["reason"],
        alert=scenario.alert,
        alert_after_s=round(min(named), 1) if named else None,
        is_gone=lab.until(lab.is_quiet, GONE_WITHIN_S),
        needless=tuple(sorted(needless)),
        looks=tuple(tuple(one["about"]) for one in answers),
        said=tuple(_lines(answers[-1])) if answers else (),
        culprits=tuple(sorted(scenario.answer.services)),
        leaks=(*given_away, *(f"not searched: {reason}" for reason in result["unreachable"])),
        took_s=round(time.monotonic() - began, 1),
    )


def _answers(
    scenario: Scenario, lab: OwnLab, running: "subprocess.Popen[str]", began_s: float
) -> Sequence[Mapping[str, Any]]:
    """Ask the advisor after the alert, or again and again where none is to come, as long as the play goes on."""
    answers: list[Mapping[str, Any]] = []
    due_s = list(LOOKS_AFTER_S)
    zero_s = None if scenario.alert else time.time()
    while running.poll() is None:
        if scenario.alert and zero_s is None:
            zero_s = next((one["fired_at_s"] for one in lab.fired(began_s) if one["name"] == scenario.alert), None)
        if zero_s is not None and due_s and time.time() >= zero_s + due_s[0]:
            answers.append(_asked(lab, needed=scenario.alert is None))
            last_s = due_s.pop(0)
            if scenario.alert is None:
                due_s = [last_s + LOOK_EVERY_S]
        time.sleep(EVERY_S)
    return answers


def _asked(lab: OwnLab, *, needed: bool) -> Mapping[str, Any]:
    """Return what the advisor says. That it says nothing in time names nobody, unless nobody is to be named."""
    try:
        answer: Mapping[str, Any] = lab.ask("advise", "suspects")
    except NotJudged as error:
        if needed:
            raise
        return {"about": [], "sections": [{"title": error.message, "lines": []}]}
    return answer


def _lines(answer: Mapping[str, Any]) -> Iterator[str]:
    for section in answer["sections"]:
        yield section["title"]
        yield from (f"  {line['name']}: {line['text']}" for line in section["lines"])
