"""The load of a run, in a lab of real processes: nothing that happens meanwhile makes it stay."""

import asyncio
from pathlib import Path

import pytest

from lab.chaos_scenarios.load_hold import LoadHold
from lab.chaos_scenarios.surroundings import HomeLab
from tests.support.lab import RunningLab, running_lab
from tests.support.polling import poll_until, poll_until_async

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("few-shoppers"), pytest.mark.timeout(300)]


def load(lab: RunningLab) -> tuple[str, int]:
    """Return whether anybody shops, and how many are asked for."""
    told = lab.json("load status")
    return told["state"], told["users_asked"]


async def test_where_there_was_no_load_there_is_none_when_its_holder_is_gone(tmp_path: Path) -> None:
    """The load generator was started for the run."""
    with running_lab(tmp_path, "--no-load") as lab:
        hold = await HomeLab(lab.home).hold_load(5, None)
        assert load(lab) == ("running", 5)
        ensure_abandoned(hold)
        poll_until(lambda: load(lab)[1] == 0, "nobody to be meant to shop")
        poll_until(lambda: lab.json("load status")["users"] == 0, "everybody to have gone")


async def test_a_reset_and_a_crash_of_the_load_generator_keep_what_was_before(tmp_path: Path) -> None:
    """Its next process goes on with what people have set, not with what a run has; the run takes it again."""
    with running_lab(tmp_path, "--users", "3") as lab:
        hold = await HomeLab(lab.home).hold_load(7, None)
        ensure_abandoned(hold)
        lab.cli("reset", within_s=120)
        assert load(lab) == ("running", 3)
        hold = await HomeLab(lab.home).hold_load(8, None)
        lab.kill("load-generator-1")
        await poll_until_async(lambda: asyncio.to_thread(is_taken_again, lab, 8), "the run to take it again")
        await hold.release()
        assert load(lab) == ("running", 3)


def is_taken_again(lab: RunningLab, users: int) -> bool:
    """Whether a new process of the load generator is held."""
    restarted = lab.status()["load-generator-1"]
    return restarted["restarts"] == 1 and restarted["state"] == "ready" and load(lab) == ("running", users)


def ensure_abandoned(hold: LoadHold) -> None:
    """Have it renewed no more, as if its process had been killed."""
    assert hold._renewing is not None
    hold._renewing.cancel()
