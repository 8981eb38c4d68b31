"""What the running lab cannot play is refused before anything is touched."""

from typing import Any

import pytest

from chaos.scenario.errors import UnfitScenario
from tests.chaos.runner.conftest import Stage
from tests.support.scenario_files import small

FAULT = 'fault = "billing.float_drift"\nfor = "60s"'
EDGE = 'fault = "network.latency"\non = ["payment-service->payment-provider"]\nfor = "60s"\n'
METRIC = 'kind = "value"\nmetric = "ledger_drift_cents"\nof = "billing-service"'
BOUNDS = "latency_ms is a number from 0 to 10000 (ms)."


def latency(params: str) -> tuple[str, str]:
    """Return the change to a network action with these figures."""
    return FAULT, f"{EDGE}params = {{ {params} }}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("billing.float_drift", "billing.float_drit"),
            "No process of this lab has billing.float_drit. Did you mean billing",
        ),
        (
            (FAULT, f'{FAULT}\non = ["biling-service"]'),
            "cannot be aimed at 'biling-service'. Did you mean billing-service",
        ),
        (
            (FAULT, EDGE.replace("provider", "provder")),
            "cannot be aimed at 'payment-service->payment-provder'. Did you",
        ),
        ((FAULT, f"{FAULT}\nparams = {{ much = 1 }}"), "billing.float_drift has no parameter 'much'. There are none."),
        (latency("latency = 1"), "network.latency has no parameter 'latency'. Did you mean latency_ms?"),
        (latency("jitter_ms = 1"), "network.latency needs latency_ms (delay, ms). Write params = { latency_ms = … }."),
        (latency("latency_ms = -1"), f"latency_ms of network.latency cannot be -1: {BOUNDS}"),
        (latency("latency_ms = 1e6"), f"latency_ms of network.latency cannot be 1000000.0: {BOUNDS}"),
        (latency("latency_ms = true"), f"latency_ms of network.latency cannot be True: {BOUNDS}"),
        (latency("latency_ms = 1, stream = 5"), "stream of network.latency cannot be 5: stream is one of upstream"),
        (latency('latency_ms = "1"'), f"latency_ms of network.latency cannot be '1': {BOUNDS}"),
        (latency('latency_ms = 1, stream = "up"'), "cannot be 'up': stream is one of upstream, downstream, both."),
        (
            ('of = "billing-service"', 'of = "billing"'),
            "There is no service or replica 'billing' to probe. Did you mean bil",
        ),
        (
            (METRIC, 'kind = "setting"\nof = "biling-service"\nsetting = "pool_size"'),
            "There is no service or replica 'biling-service' to probe. Did you mean bil",
        ),
        (("level = 1", 'level = 1\nrequires = ["postgresql"]'), "It needs postgresql, which this lab does not run on."),
    ],
)
async def test_an_unfit_scenario_is_refused(stage: Stage, change: tuple[str, str], told: str) -> None:
    """With the sentence, and nothing touched."""
    with pytest.raises(UnfitScenario) as refused:
        await stage.play(small(change))
    assert told in str(refused.value)
    assert (stage.lab.asked, stage.api.orders, stage.api.sessions) == ([], [], 0)


@pytest.mark.parametrize(
    ("lever", "told"),
    [
        ({"held": True, "reason": "lunch"}, "The stop lever is held (lunch)"),
        ({"held": True}, "The stop lever is held:"),
    ],
)
async def test_nothing_begins_while_the_lever_is_held(stage: Stage, lever: dict[str, Any], told: str) -> None:
    """It would be refused one by one later."""
    stage.api.lever = lever
    with pytest.raises(UnfitScenario) as refused:
        await stage.play()
    assert told in str(refused.value)


async def test_what_is_on_already_is_not_put_on_again(stage: Stage) -> None:
    """Nor is it taken off for somebody else."""
    stage.api.faults = [{**fault, "active": True} for fault in stage.api.faults]
    with pytest.raises(UnfitScenario, match="is on already"):
        await stage.play()


async def test_all_reasons_are_told_at_once(stage: Stage) -> None:
    """One line each."""
    with pytest.raises(UnfitScenario) as refused:
        await stage.play(small(("billing.float_drift", "billing.x"), ('of = "billing-service"', 'of = "b"')))
    assert len(refused.value.problems) == 2


async def test_what_a_lab_provides_is_no_obstacle(stage: Stage) -> None:
    """The same scenario, on a lab that runs on it."""
    stage.provides = frozenset({"postgresql"})
    result = await stage.play(small(("level = 1", 'level = 1\nrequires = ["postgresql"]')))
    assert result.outcome == "as-expected"
