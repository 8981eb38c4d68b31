"""The levers that the architecture document names, pulled in a lab that runs, as somebody on call types them."""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from advisor.answers.nodes import modes
from advisor.calm.reading import load
from lab import control
from lab.cli import root
from tests.support.lab import RunningLab
from tests.support.polling import poll_until

Act = dict[str, Any]


def levers() -> list[str]:
    """Return each command once, in the order of the document."""
    return list(dict.fromkeys(mode["lever"] for node in load().nodes for _, mode in modes(node) if "lever" in mode))


@dataclass(frozen=True)
class Operator:
    """Somebody who types commands in this process, which is quicker than in one for each."""

    lab: RunningLab

    def typed(self, command: str) -> Any:
        """Return what a command answers; it has to succeed."""
        words = [*shlex.split(command)[1:], "--home", str(self.lab.home.root), "--json"]
        done = CliRunner().invoke(root, words, prog_name="lab")
        assert done.exit_code == 0, f"{command}: {done.output}"
        return json.loads(done.stdout)

    def pull(self, lever: str) -> Act:
        """Pull a lever where there is something for it to do; return its record."""
        if lever in SITUATION:
            SITUATION[lever](self)
        act: Act = self.typed(lever)
        return act

    def dead(self) -> list[str]:
        """Return the ids of the messages that were put aside."""
        return [one["id"] for one in self.typed("lab ops dead-letters list")["dead_letters"]]

    def in_force(self) -> Mapping[str, Any]:
        """Return the replicas of the services, and all settings in force in each of them."""
        services = {one["service"] for one in self.typed("lab status")["replicas"]} - OTHERS
        told = [self.typed(f"lab ops settings {service}")["settings"] for service in sorted(services)]
        return {name: {one["name"]: one["value"] for one in those} for found in told for name, those in found.items()}

    def acts(self) -> list[Act]:
        """Return what was done, first things first."""
        done: list[Act] = self.typed("lab ops history")["acts"]
        return done

    def take_back(self, acts: list[Act]) -> None:
        """Undo what can be undone, the latest first, and leave no message aside."""
        for act in reversed(acts):
            if act["undoable"] and not act["act"].startswith("dead-letters"):
                self.typed(f"lab ops undo {act['id']}")
        for one in self.dead():
            self.typed(f"lab ops dead-letters discard {one}")


OTHERS = {"controller", "mesh", "evidence-store", "load-generator"}
"""Processes without levers."""


def has_changed(act: Act) -> bool:
    """Whether an act has done something: a lever that changes nothing is none."""
    match act["act"]:
        case "flush":
            return bool(act["now"]) and all(act["now"].values())
        case "dead-letters replay":
            return bool(act["now"]["replayed"])
    return bool(act["was"]) and act["was"] != act["now"]


def _misconfigured(operator: Operator) -> None:
    operator.typed("lab ops set edge checks.2.health_path=/health")


def _letter_put_aside(operator: Operator) -> None:
    operator.typed("lab ops set worker max_deliveries=1")
    control.call(
        operator.lab.home, "message.publish", queue="order-queue", topic="order.placed", body="{not json", headers={}
    )
    poll_until(operator.dead, "the dead letter")


SITUATION: Mapping[str, Callable[[Operator], None]] = {
    "lab ops rollback": _misconfigured,
    "lab ops dead-letters replay --all": _letter_put_aside,
}
"""Levers for which something has to be wrong first."""
