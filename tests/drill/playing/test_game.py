"""A drill begins when nobody knows it, pages when something is seen, and leaves nothing behind however it ends."""

import asyncio

import pytest

from chaos.scenario.loading import parse
from chaos.scenario.model import Scenario
from drill.errors import NoneFits
from drill.playing.game import chosen
from tests.support.drill_stage import DrillStage, until
from tests.support.scenario_files import changed, small

ACTION = '[[action]]\nfault = "billing.float_drift"\nfor = "60s"\n\n'


def quiet() -> Scenario:
    """Return a scenario in which nothing is wrong."""
    text = changed((ACTION, ""), ('service = "billing-service"', 'service = "nothing"'))
    begin, end = text.index("[[symptom]]"), text.index("[[guard]]")
    return parse("small", text[:begin] + text[end:])


def ensure_restored(stage: DrillStage) -> None:
    """Fail unless nothing is on, nobody holds a lease, and the load is as it was."""
    assert (stage.api.on, stage.api.sessions, stage.lab.asked[-1]) == (set(), 0, "load back")


async def test_the_page_comes_because_an_alert_fired(stage: DrillStage) -> None:
    """One that fired before is not it; the text is the scenario's; reveal ends all."""
    stage.fires["old"] = "CpuBusy"
    game = stage.game(small())
    playing = await stage.paged(game)
    assert stage.pager.pages == [("The totals do not match.", "LedgerDrift")]
    game.reveal()
    sheet = await playing
    assert (sheet.ended, sheet.paged_by, sheet.scenario, sheet.detected_s) == ("revealed", "LedgerDrift", "small", 0.0)
    ensure_restored(stage)


async def test_everything_is_done_under_a_seal(stage: DrillStage) -> None:
    """The seal comes before anything is on, and what is on shows its key."""
    game = stage.game(small())
    playing = await stage.paged(game)
    assert (stage.api.seals, stage.api.shown) == (["s1"], ["Bearer the key"])
    game.reveal()
    await playing


async def test_where_no_alert_fires_somebody_calls(stage: DrillStage) -> None:
    """At the planned time, and not before."""
    stage.is_silent = True
    game = stage.game(small(), message_s=100.0)
    playing = asyncio.create_task(game.play())
    await until(lambda: stage.api.on, "the fault to be on")
    assert stage.pager.pages == []
    stage.clock.advance(101)
    await until(lambda: stage.pager.pages, "the call")
    assert stage.pager.pages[0][1] == "message"
    game.reveal()
    assert (await playing).detected_s == 101.0


async def test_a_lever_that_makes_the_signs_go_mitigates(stage: DrillStage) -> None:
    """Without an act it is chance; when the signs come back it was none; it counts from when they went."""
    game = stage.game(small())
    playing = await stage.paged(game)
    stage.follow(set())
    stage.clock.advance(10)
    await until(lambda: not stage.fires, "the signs to go")
    assert game.session.times().mitigated_s is None
    stage.acts.append("restart billing-service")
    await until(lambda: game.session.times().mitigated_s == 10.0, "the mitigation")
    stage.follow({"billing.float_drift"})
    await until(lambda: game.session.times().mitigated_s is None, "the signs to be back")
    game.reveal()
    whats = [moment.what for moment in (await playing).timeline]
    assert whats[-2:] == ["the signs are gone", "the signs are back"]


async def test_a_proven_repair_is_rolled_out(stage: DrillStage) -> None:
    """What is wrong in our code goes off, the drill goes on, and the signs are gone."""
    game = stage.game(small())
    playing = await stage.paged(game)
    game.session.tried(proven=True)
    game.roll_out()
    await until(lambda: not stage.api.on, "the roll-out")
    await until(lambda: game.session.times().mitigated_s is not None, "the mitigation")
    assert not playing.done()
    game.reveal()
    assert (await playing).times.resolved_s == 0.0


async def test_breaking_it_off_puts_everything_back(stage: DrillStage) -> None:
    """While it waits, and while it is on; the sheet says so."""
    for game in (stage.game(small(), delay_s=60.0), stage.game(small())):
        playing = asyncio.create_task(game.play())
        await until(lambda: stage.lab.asked[-1:] == ["load 40 steady"], "the load")
        playing.cancel()
        assert (await playing).ended == "abandoned"
        # One that was just being opened is known to nobody, and lapses.
        await until(lambda: stage.api.sessions == 0, "the end of every session")
        ensure_restored(stage)


async def test_a_drill_that_is_killed_leaves_nothing_on(stage: DrillStage) -> None:
    """Nobody renews its leases."""
    game = stage.game(small(), ttl_s=0.5)
    playing = await stage.paged(game)
    stage.api.forgetful = True
    sheet = await playing
    assert (sheet.ended, "session" in sheet.reason) == ("failed", True)
    ensure_restored(stage)


@pytest.mark.parametrize("cause", ["stopped", "lever"])
async def test_whoever_switches_off_ends_it(stage: DrillStage, cause: str) -> None:
    """The reason does not name what it was."""
    game = stage.game(small())
    playing = await stage.paged(game)
    for one in stage.api._activations.values():
        one.update(state="reverted", cause=cause)
    sheet = await playing
    assert sheet.ended == "switched-off"
    assert "float" not in sheet.reason


async def test_it_stops_when_it_gets_too_bad_or_too_late(stage: DrillStage) -> None:
    """A guard of the scenario, and the time."""
    game = stage.game(small())
    playing = await stage.paged(game)
    stage.evidence.metrics["process_resident_memory_bytes"] = 1e9
    assert (await playing).ended == "guard-tripped"
    stage.evidence.metrics["process_resident_memory_bytes"] = 1.0
    assert (await stage.game(small(), limit_s=0.3).play()).ended == "time-up"
    ensure_restored(stage)


async def test_a_lab_that_is_not_steady_is_left_alone(stage: DrillStage) -> None:
    """Nothing was switched on."""
    stage.evidence.metrics["ledger_drift_cents"] = 5.0
    sheet = await stage.game(small()).play()
    assert (sheet.ended, stage.api.orders) == ("failed", [])
    assert "lab reset" in sheet.reason
    ensure_restored(stage)


async def test_nothing_is_the_right_answer_to_a_quiet_night(stage: DrillStage) -> None:
    """All points, however long it took; no alert fires, somebody calls."""
    game = stage.game(quiet(), message_s=0.0)
    playing = await stage.paged(game)
    stage.clock.advance(3000)
    assert game.session.answer("nothing", "")
    game.reveal()
    sheet = await playing
    assert (sheet.points.total, sheet.detected_s, stage.api.orders) == (100, None, [])


async def test_the_lab_plays_what_it_can(stage: DrillStage) -> None:
    """The seed chooses among those; what cannot be played is not told by name."""
    other = small(('fault = "billing.float_drift"', 'fault = "billing.no_such"'))
    assert (await chosen([other, small()], 7, stage.around)).actions[0].fault == "billing.float_drift"
    with pytest.raises(NoneFits) as refused:
        await chosen([other], 7, stage.around)
    assert "no_such" not in f"{refused.value.message}{refused.value.hint}"
    stage.api.lever["held"] = True
    with pytest.raises(NoneFits, match="lever"):
        await chosen([small()], 7, stage.around)
