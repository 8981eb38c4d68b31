"""A drill for one that a test plays: a scenario by its name, from the page on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.lab import RunningLab, lab_command
from tests.support.lab_process import started
from tests.support.polling import poll_until

PAGED_WITHIN_S = 240.0


def standing(lab: RunningLab) -> dict[str, Any]:
    """Return where the drill stands; nothing while it has not begun."""
    done = lab_command(lab.home.root, "play", "status", "--json")
    return json.loads(done.stdout) if done.returncode == 0 else {"phase": "none"}


@contextmanager
def paged(lab: RunningLab, scenario: str) -> Iterator[None]:
    """Play `scenario`; enter when the page has come. It is over when this is left."""
    play = started(lab.home.root, "play", "--scenario", scenario, "--soon")

    def has_come() -> bool:
        assert play.poll() is None, play.communicate()
        return bool(standing(lab)["phase"] == "paged")

    try:
        poll_until(has_come, "the page", within_s=PAGED_WITHIN_S, every_s=1.0)
        yield
        assert play.wait(timeout=180) == 0
    finally:
        play.kill()
        play.communicate()


def answered(lab: RunningLab, *words: str) -> dict[str, Any]:
    """Answer, and return what came of it."""
    told: dict[str, Any] = lab.json("answer", *words)
    return told
