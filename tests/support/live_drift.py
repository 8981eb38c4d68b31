"""Asking a running lab whether it is as declared."""

import json
from collections.abc import Mapping
from typing import Any

from tests.support.lab import RunningLab, lab_command
from tests.support.polling import poll_until

WITHIN_S = 120.0
NOT_GIVEN = {"terraform", "kubernetes", "cloudformation"}


def told(lab: RunningLab, *words: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return everything that `lab drift` tells, and see that the exit code fits.

    Decisions are those of this lab alone, whatever the checkout has.
    """
    decisions = ("--decisions", str(lab.home.root / "decisions.json"))
    done = lab_command(lab.home.root, "drift", *words, *decisions, "--json", env=env, within_s=WITHIN_S)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (1 if found["drift"] else 0)
    return found


def whole(lab: RunningLab, *words: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the same once everybody who is asked has answered: on a busy machine somebody may not, at first."""

    def answered() -> dict[str, Any]:
        found = told(lab, *words, env=env)
        return found if {one["name"] for one in found["checks"] if one["skipped"]} == NOT_GIVEN else {}

    return poll_until(answered, "an answer of everybody", within_s=WITHIN_S, every_s=1)


def drift(lab: RunningLab, *words: str, env: Mapping[str, str] | None = None) -> list[str]:
    """Return the ids of what counts, of all comparisons but those with files that are not given."""
    return [one["id"] for one in whole(lab, *words, env=env)["drift"]]
