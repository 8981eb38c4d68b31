"""A run goes through its phases, says what came of them, and leaves nothing behind."""

import asyncio

import pytest

from chaos.runner import stopping
from chaos.runner.errors import ControllerFailed, LabFailed
from chaos.runner.result import RunResult
from tests.chaos.runner.conftest import DRIFT, MEMORY, PHASES, Stage, ensure_restored
from tests.support.fake_chaos_api import problem
from tests.support.polling import poll_until_async
from tests.support.scenario_files import small

TWO_ACTIONS = (
    "[[steady]]",
    '[[action]]\nfault = "network.latency"\non = ["payment-service->payment-provider"]\n'
    'params = { latency_ms = 400 }\npercent = 50\nbaggage = { key = "who", value = "me" }\nfor = "30s"\n\n[[steady]]',
)


async def test_a_run_as_expected(stage: Stage) -> None:
    """All phases, every probe with its value, the state of the activation, exit code 0."""
    result = await stage.play()
    assert (result.outcome, result.exit_code, result.data) == ("as-expected", 0, "reset")
    assert [phase.name for phase in result.phases] == stage.listener.phases == PHASES
    probes = {phase.name: [(one.verdict, one.value) for one in phase.probes] for phase in result.phases}
    assert probes["steady"] == probes["steady again"] == [("held", 0.0)]
    assert probes["observe"] == [("held", 20.0)]
    assert [(one.id, one.fault, one.state, one.applied_ms) for one in result.injected] == [
        ("a1", "billing.float_drift", "reverted", 1.5)
    ]
    assert result.versions["controller_epoch"] == "3"
    assert RunResult.model_validate_json(result.model_dump_json()) == result
    ensure_restored(stage)


async def test_the_order_is_what_the_file_says(stage: Stage) -> None:
    """Fault, figures, duration, scope, under our session."""
    await stage.play(small(TWO_ACTIONS))
    first, second = stage.api.orders
    assert (first["fault"], first["duration_s"], first["session"], "on" in first) == (
        "billing.float_drift", 60, "s1", False,
    )  # fmt: skip
    assert {key: second[key] for key in ("on", "params", "percent", "baggage")} == {
        "on": ["payment-service->payment-provider"],
        "params": {"latency_ms": 400},
        "percent": 50,
        "baggage": {"key": "who", "value": "me"},
    }


async def test_the_same_seed_gives_the_same_seeds(stage: Stage) -> None:
    """One for each activation, all of them others for another seed; a seed in the file stays."""
    fixed = ('for = "60s"', 'for = "60s"\nseed = 5')
    for scenario, seed in (
        (small(TWO_ACTIONS), 7),
        (small(TWO_ACTIONS), 7),
        (small(TWO_ACTIONS), 8),
        (small(fixed), 7),
    ):
        await stage.play(scenario, seed)
    seeds = [order["seed"] for order in stage.api.orders]
    assert seeds[:2] == seeds[2:4]
    assert len(set(seeds[:6])) == 4
    assert seeds[6] == 5


async def test_data_are_kept_when_asked_for(stage: Stage) -> None:
    """No reset, and the result says so."""
    assert (await stage.play(keep_data=True)).data == "kept"
    ensure_restored(stage, reset=False)


async def test_what_is_not_steady_is_not_touched(stage: Stage) -> None:
    """Nothing is injected; the load is set back, and the data stay."""
    stage.evidence.metrics[DRIFT] = 3.0
    result = await stage.play()
    assert (result.outcome, result.exit_code, result.data) == ("not-steady-before", 1, "untouched")
    assert "No cents are lost: 3 ct; to be at most 0" in result.reason
    assert stage.api.orders == []
    ensure_restored(stage, reset=False)


async def test_without_data_nothing_is_steady(stage: Stage) -> None:
    """A probe that cannot be judged is not fine."""
    del stage.evidence.metrics[DRIFT]
    result = await stage.play()
    assert result.outcome == "not-steady-before"
    assert "no data: billing-service lacks ledger_drift_cents" in result.reason


async def test_a_symptom_that_does_not_appear(stage: Stage) -> None:
    """Exit code 1, and which one it was."""
    stage.api.changed = lambda _: None
    result = await stage.play()
    assert (result.outcome, result.exit_code) == ("symptom-absent", 1)
    assert "Cents are lost: 0 ct; to be at least 10" in result.reason
    ensure_restored(stage)


async def test_what_does_not_become_steady_again(stage: Stage) -> None:
    """The fault is off, the damage goes on."""
    stage.api.changed = lambda on: stage.follow(on | {"something else"})
    result = await stage.play()
    assert (result.outcome, result.exit_code) == ("not-steady-after", 1)
    ensure_restored(stage)


async def test_old_damage_is_steady_where_data_are_corrupted(stage: Stage) -> None:
    """After the stop, only new damage counts."""
    stage.api.changed = lambda _: stage.evidence.metrics.update({DRIFT: 20.0})
    scenario = small(("level = 1", "level = 1\ncorrupts_data = true"), ("at_most = 0", 'does_not_grow = "1s"'))
    assert (await stage.play(scenario)).outcome == "as-expected"


@pytest.mark.parametrize("value", [5000.0, None])
async def test_a_guard_ends_it_at_once(stage: Stage, value: float | None) -> None:
    """Also when there is nothing to judge it by."""

    def trip(on: set[str]) -> None:
        stage.follow(on)
        if value is None:
            stage.evidence.metrics.pop(MEMORY, None)
        else:
            stage.evidence.metrics[MEMORY] = value

    stage.api.changed = trip
    result = await stage.play(hold_s=600)
    assert (result.outcome, result.exit_code) == ("guard-tripped", 1)
    assert result.reason.startswith("Memory is not exhausted: ")
    ensure_restored(stage)


async def test_something_that_does_not_go_off_is_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the run does not claim that all is well."""
    monkeypatch.setattr(stopping, "WITHIN_S", 0.5)
    stage.api.stuck = True
    result = await stage.play()
    assert (result.outcome, result.exit_code) == ("not-reverted", 1)
    assert "billing.float_drift (revert-stuck)" in result.reason


async def test_something_that_goes_off_at_the_third_attempt_is_waited_for(stage: Stage) -> None:
    """The controller goes on trying, and a machine may be busy."""
    stage.api.stuck, stage.api.comes_loose = True, 3
    result = await stage.play()
    assert result.outcome == "as-expected", result.reason


async def test_a_replica_that_is_late_is_asked_again(stage: Stage) -> None:
    """It was taken back everywhere, so it is a new order, with a new key."""
    stage.api.refusals = [problem(504, "partly-applied", "billing-service-1 did not acknowledge.")]
    assert (await stage.play()).outcome == "as-expected"
    assert len(set(stage.api.keys)) == len(stage.api.keys) == 2


async def test_a_refusal_ends_the_run(stage: Stage) -> None:
    """In the controller's own words; what was on before it is off."""
    stage.api.refusals = [problem(409, "lever-held", "The stop lever is held.", "Release it first.")]
    result = await stage.play()
    assert (result.outcome, result.reason) == ("failed", "The stop lever is held. Release it first.")
    assert result.data == "untouched"
    ensure_restored(stage, reset=False)


async def test_a_lease_that_is_gone_ends_the_run(stage: Stage) -> None:
    """The controller has switched everything off: there is nothing left to observe."""
    stage.api.forgetful = True
    result = await stage.play(hold_s=600, ttl_s=0.3)
    assert result.outcome == "failed"
    assert "The controller has ended our session: There is no such session." in result.reason
    ensure_restored(stage)


async def test_somebody_else_may_end_it(stage: Stage) -> None:
    """A person or the lever: then there is nothing left to observe, and the result says why."""
    run = asyncio.create_task(stage.play(hold_s=600))

    await poll_until_async(stage.is_on, "the fault to be on")
    stage.api.end_everything("lever")
    result = await run
    assert (result.outcome, result.exit_code) == ("interrupted", 1)
    assert result.reason == "billing.float_drift was switched off while it was being observed: lever."
    assert [one.cause for one in result.injected] == ["lever"]
    ensure_restored(stage)


async def test_the_lease_is_renewed_while_it_goes_on(stage: Stage) -> None:
    """Far longer than one lease lasts."""
    await stage.play(hold_s=1.5, ttl_s=0.3)
    assert stage.api.renewals >= 3


async def test_cancelling_restores(stage: Stage) -> None:
    """As Ctrl-C does; there still is a result."""
    run = asyncio.create_task(stage.play(hold_s=600))

    await poll_until_async(stage.is_on, "the fault to be on")
    run.cancel()
    result = await run
    assert (result.outcome, result.exit_code) == ("interrupted", 1)
    ensure_restored(stage)


async def test_what_was_asked_for_and_not_answered_is_restored(stage: Stage) -> None:
    """It may have been switched on."""
    stage.api.silent = True
    run = asyncio.create_task(stage.play(hold_s=600))

    await poll_until_async(stage.is_on, "the fault to be on")
    run.cancel()
    result = await run
    assert (result.outcome, result.data, result.injected) == ("interrupted", "reset", ())
    ensure_restored(stage)


async def test_a_crash_restores_as_well(stage: Stage) -> None:
    """Whatever it was, it is told after everything is as it was."""

    async def crash(_: str) -> object:
        await poll_until_async(stage.is_on, "the fault to be on")
        raise ZeroDivisionError

    stage.evidence.page = crash  # type: ignore[method-assign, assignment]
    guard = (
        'kind = "value"\nmetric = "process_resident_memory_bytes"\nat_most = 1000',
        'kind = "http"\npath = "/x"\nequals = 200',
    )
    with pytest.raises(ZeroDivisionError):
        await stage.play(small(guard), hold_s=600)
    ensure_restored(stage)


async def test_a_lab_that_cannot_be_restored_is_told(stage: Stage) -> None:
    """A run whose reset fails is not as expected."""
    stage.lab.broken = True
    result = await stage.play()
    assert (result.outcome, result.data) == ("failed", "kept")
    assert result.reason.endswith("The lab could not be restored: The disk is full.")


async def test_a_load_that_cannot_be_had_is_told_before_anything_is_touched(stage: Stage) -> None:
    """Somebody else's run may hold it."""
    stage.lab.held = True
    with pytest.raises(LabFailed, match="Somebody else holds the load"):
        await stage.play()
    assert (stage.api.orders, stage.lab.asked) == ([], [])


async def test_nothing_on_is_watched_and_left_alone(stage: Stage) -> None:
    """A control: no session, no activation, no reset."""
    text = small()
    quiet = text.model_copy(update={"actions": (), "symptoms": ()})
    result = await stage.play(quiet)
    assert (result.outcome, result.data, stage.api.orders) == ("as-expected", "untouched", [])


async def test_a_controller_that_is_gone_is_told_before_anything_is_touched(stage: Stage) -> None:
    """With its address."""
    stage.book.urls["controller"] = "http://127.0.0.1:1"
    with pytest.raises(ControllerFailed, match=r"does not answer at http://127\.0\.0\.1:1"):
        await stage.play()
    assert stage.lab.asked == []
