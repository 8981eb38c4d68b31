"""Whatever happens, in whatever order: nothing is left on."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.simulation.schedules import Schedules

A_FEW, MANY = 40, 10_000


def _play(number: int) -> None:
    unhurried = settings(
        max_examples=number,
        stateful_step_count=25,
        deadline=None,
        phases=[Phase.reuse, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Schedules, settings=unhurried)


def test_nothing_is_left_on_after_some_schedules() -> None:
    """Kills, hangs, lost frames, full disks, clock jumps, churn."""
    _play(A_FEW)


@pytest.mark.long
def test_nothing_is_left_on_after_ten_thousand_schedules() -> None:
    """The same, until it is hard to believe in luck."""
    _play(MANY)
