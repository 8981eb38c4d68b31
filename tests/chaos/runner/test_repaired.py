"""Of a platform that is repaired, what happens outside alone is asked to be stood; without that, only traffic."""

import asyncio

import pytest

from chaos.probes.evidence import Sample, Selector
from chaos.runner import watching
from tests.chaos.runner.conftest import DRIFT, PHASES, Stage, ensure_restored
from tests.support.fake_surroundings import FakeEvidence
from tests.support.polling import poll_until_async
from tests.support.scenario_files import small

OUTSIDE = (
    "[[steady]]",
    '[[action]]\nfault = "network.latency"\non = ["payment-service->payment-provider"]\n'
    'params = { latency_ms = 400 }\nfor = "30s"\n\n[[steady]]',
)


async def test_repaired_code_stands_the_trigger(stage: Stage) -> None:
    """Only what happens outside is switched on; nothing is seen, and all stays well."""
    stage.api.changed = lambda _: None
    stage.api.faults = [one for one in stage.api.faults if one["name"] != "billing.float_drift"]
    result = await stage.play(small(OUTSIDE), is_trigger_only=True, hold_s=0.5)
    assert (result.outcome, [one.fault for one in result.injected]) == ("as-expected", ["network.latency"])
    assert [phase.name for phase in result.phases] == PHASES
    ensure_restored(stage)


async def test_repaired_code_shows_no_symptom(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told which one, as soon as it has been there for a while."""
    monkeypatch.setattr(watching, "HOLDS_S", 0.1)
    result = await stage.play(small(OUTSIDE), is_trigger_only=True, hold_s=600)
    assert (result.outcome, result.exit_code) == ("symptom-seen", 1)
    assert "Cents are lost (20 ct;" in result.reason
    ensure_restored(stage)


async def test_what_is_seen_for_a_moment_is_no_symptom(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second look shows it, for longer than it may be there."""
    monkeypatch.setattr(watching, "EVERY_S", 0.01)
    monkeypatch.setattr(watching, "HOLDS_S", 0.1)
    looks: list[Selector] = []

    async def values(wanted: Selector, ago_s: float = 0.0) -> list[Sample]:
        looks.append(wanted)
        stage.evidence.metrics[DRIFT] = 20.0 if len(looks) % 2 else 0.0
        return await FakeEvidence.values(stage.evidence, wanted, ago_s)

    stage.evidence.values = values  # type: ignore[method-assign]
    watcher = asyncio.create_task(watching.never_seen(small().symptoms, stage.evidence))

    async def is_over() -> bool:
        return watcher.done() or len(looks) > 40

    await poll_until_async(is_over, "forty looks")
    assert not watcher.done()
    watcher.cancel()


async def test_repaired_code_stays_well(stage: Stage) -> None:
    """Less than a symptom is more than nothing."""
    stage.api.changed = lambda on: stage.evidence.metrics.update({DRIFT: 5.0 if on else 0.0})
    result = await stage.play(small(OUTSIDE), is_trigger_only=True, hold_s=0.5)
    assert (result.outcome, result.exit_code) == ("not-steady-meanwhile", 1)
    ensure_restored(stage)


async def test_what_is_outside_is_not_held_against_repaired_code(stage: Stage) -> None:
    """Neither a claim of health about it nor a symptom of it."""
    about = ('says = "Cents are lost"', 'says = "Cents are lost"\noutside = true')
    ours = (
        "[[symptom]]",
        '[[steady]]\nsays = "Memory is there"\nkind = "value"\nmetric = "process_resident_memory_bytes"\n'
        "at_least = 1\n\n[[symptom]]",
    )
    healthy = ('says = "No cents are lost"', 'says = "No cents are lost"\noutside = true')
    assert (
        await stage.play(small(OUTSIDE, ours, about, healthy), is_trigger_only=True, hold_s=0.5)
    ).outcome == "as-expected"


async def test_without_a_trigger_there_is_only_traffic(stage: Stage) -> None:
    """Nothing is switched on, and the data stay."""
    result = await stage.play(is_trigger_only=True, hold_s=0.5)
    assert (result.outcome, result.data, stage.api.orders) == ("as-expected", "untouched", [])
