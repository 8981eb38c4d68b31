"""What the supervisor does for the chaos controller: processes, settings and messages."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from lab import control
from lab.audience import Audience
from lab.errors import LabError, Refused, UnknownName
from lab.home import Home
from lab.launchers import Processes
from lab.places import LOOPBACK
from lab.runtime import Lab
from lab.settings import Settings
from lab.site import Site
from lab.verbs import Verbs
from lab.web import ask
from tests.support.lab import STANDIN, RunningLab, running_lab
from tests.support.polling import poll_until
from tests.support.standin import topology

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """A lab of stand-ins."""
    with running_lab(tmp_path_factory.mktemp("verbs"), topology=STANDIN) as running:
        yield running


def _call(lab: RunningLab, verb: str, **arguments: Any) -> dict[str, Any]:
    return control.call(lab.home, verb, **arguments)


def _setting(lab: RunningLab, instance: str, name: str) -> Any:
    port = json.loads(lab.home.state_file.read_text())["replicas"][instance]["port"]
    settings = ask(instance, f"http://{LOOPBACK}:{port}", "/-/settings", "GET")["settings"]
    return next(one["value"] for one in settings if one["name"] == name)


def _ready(lab: RunningLab, instance: str) -> None:
    poll_until(lambda: lab.status()[instance]["state"] == "ready", f"{instance} to be ready")


def test_processes_are_told_with_the_time_that_tells_them_from_later_ones(lab: RunningLab) -> None:
    """Number and time of creation together are never used again."""
    told = {one["instance"]: one for one in _call(lab, "processes")["replicas"]}
    assert {"store-service-1", "door-service-1", "door-service-2", "load-generator-1"} <= told.keys()
    one = told["door-service-2"]
    assert (one["service"], one["state"]) == ("door-service", "ready")
    assert one["started"] == pytest.approx(psutil.Process(one["pid"]).create_time())


def test_a_killed_replica_is_started_again(lab: RunningLab) -> None:
    """The kill is told at once; what comes after is the supervisor's usual work."""
    before = lab.pid("door-service-1")
    assert _call(lab, "process.kill", instances=["door-service-1"]) == {"instances": ["door-service-1"]}
    poll_until(lambda: lab.pid("door-service-1") != before, "another process")
    _ready(lab, "door-service-1")


def test_a_paused_replica_does_not_answer_until_it_is_resumed(lab: RunningLab) -> None:
    """`lab status` says what it sees: no answer."""
    pid = lab.pid("door-service-1")
    _call(lab, "process.pause", instances=["door-service-1"])
    poll_until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED, "its being stopped")
    assert lab.status()["door-service-1"]["state"] == "not answering"
    _call(lab, "process.resume", instances=["door-service-1"])
    _ready(lab, "door-service-1")
    assert lab.pid("door-service-1") == pid


@pytest.mark.parametrize("instance", ["door-service-1", "load-generator-1"])
def test_a_paused_replica_can_be_restarted_in_good_order(lab: RunningLab, instance: str) -> None:
    """It is let go on first; otherwise it would not hear that it is to end, and be killed much later."""
    pid = lab.pid(instance)
    _call(lab, "process.pause", instances=[instance])
    assert _call(lab, "process.restart", instances=[instance]) == {"instances": [instance]}
    poll_until(lambda: lab.pid(instance) != pid, "another process")
    assert not lab.records(event="replica.lingers", instance=instance)


async def test_processes_are_reached_while_a_long_verb_is_at_work(tmp_path: Path) -> None:
    """Others may be at work for half a minute; an exercise, and its end, cannot wait for them."""
    home, held = Home.at(tmp_path), asyncio.Event()
    home.logs.mkdir()
    launchers = partial(Processes, topology(), 8080, lock=0)
    lab = Lab(Site(home), topology(), Settings(), Audience(), launchers, supervisor=os.getpid())
    verbs = Verbs(lab)

    async def long() -> dict[str, Any]:
        await held.wait()
        return {}

    working = asyncio.create_task(verbs.alone(long()))
    async with asyncio.timeout(10):
        assert await verbs.all()["process.resume"](instances=["door"]) == {"instances": []}
        with pytest.raises(Refused, match="no process of door-service-1, door-service-2"):
            await verbs.all()["process.pause"](instances=["door"])
    restarting = asyncio.ensure_future(verbs.all()["process.restart"](instances=["door"]))
    await asyncio.sleep(0)
    assert not working.done()
    await verbs.interrupt()
    assert all(isinstance(e, LabError) for e in await asyncio.gather(working, restarting, return_exceptions=True))


def test_an_unknown_name_changes_nothing(lab: RunningLab) -> None:
    """Not even those whose names were right."""
    before = lab.pid("door-service-1")
    for verb in ("process.kill", "process.pause", "process.resume", "process.restart"):
        with pytest.raises(UnknownName, match=r"no service or replica called door-service-9"):
            _call(lab, verb, instances=["door-service-1", "door-service-9"])
    assert lab.pid("door-service-1") == before


def test_a_changed_setting_survives_a_crash_and_is_restored(lab: RunningLab) -> None:
    """The next process starts with it, by its environment; after the restore neither has it."""
    changed = _call(lab, "setting.change", name="door", settings={"patience_s": 5.0})["changed"]
    assert changed == {f"door-service-{n}": {"patience_s": {"was": 1.0, "now": 5.0}} for n in (1, 2)}
    before = lab.kill("door-service-2")
    poll_until(lambda: lab.pid("door-service-2") != before, "another process")
    _ready(lab, "door-service-2")
    assert _setting(lab, "door-service-2", "patience_s") == 5.0
    for instance in changed:
        _call(lab, "setting.restore", instance=instance, settings={"patience_s": 1.0})
        assert _setting(lab, instance, "patience_s") == 1.0
    _call(lab, "process.restart", instances=["door-service-2"])
    assert _setting(lab, "door-service-2", "patience_s") == 1.0


def test_restoring_again_changes_nothing(lab: RunningLab) -> None:
    """Whoever undoes may not know that it was undone."""
    _call(lab, "setting.change", name="store-service-1", settings={"room.size": 9})
    restored = _call(lab, "setting.restore", instance="store-service-1", settings={"room.size": 4})
    assert restored["restored"] == {"store-service-1": {"room.size": 4}}
    again = _call(lab, "setting.restore", instance="store-service-1", settings={"room.size": 4})
    assert again["restored"] == {}
    assert _setting(lab, "store-service-1", "room.size") == 4


def test_a_setting_that_cannot_be_changes_no_replica(lab: RunningLab) -> None:
    """The service's own words come back, with what may be written."""
    with pytest.raises(UnknownName, match="no setting called patienc") as unknown:
        _call(lab, "setting.change", name="door", settings={"patienc": 1})
    assert "patience_s" in unknown.value.hint
    with pytest.raises(Refused, match=r"a number from 0\.1 to 60"):
        _call(lab, "setting.change", name="door", settings={"patience_s": "soon"})
    assert _setting(lab, "door-service-1", "patience_s") == 1.0


def test_what_is_no_service_has_no_settings(lab: RunningLab) -> None:
    """The load generator and the controller are the lab's own."""
    with pytest.raises(Refused, match="load-generator-1 is no service of the platform"):
        _call(lab, "setting.change", name="loadgen", settings={"users": 1})


def test_a_service_of_which_one_replica_is_silent_keeps_its_setting(lab: RunningLab) -> None:
    """All of them or none."""
    _call(lab, "process.pause", instances=["door-service-2"])
    try:
        # A signal arrives when the system gets round to it; until then it answers.
        poll_until(lambda: psutil.Process(lab.pid("door-service-2")).status() == psutil.STATUS_STOPPED, "it to stop")
        with pytest.raises(LabError, match="does not answer"):
            _call(lab, "setting.change", name="door", settings={"patience_s": 7.0})
        assert _setting(lab, "door-service-1", "patience_s") == 1.0
    finally:
        _call(lab, "process.resume", instances=["door-service-2"])
    assert _setting(lab, "door-service-2", "patience_s") == 1.0


def test_a_message_is_published_and_discarded(lab: RunningLab) -> None:
    """Through whoever consumes the queue; discarding twice is fine."""
    message = {"queue": "door-queue", "topic": "order.placed", "body": {"a": 1}, "headers": {}}
    number = _call(lab, "message.publish", **message)["id"]
    assert _call(lab, "message.discard", queue="door-queue", id=number) == {"found": True}
    assert _call(lab, "message.discard", queue="door-queue", id=number) == {"found": False}
    with pytest.raises(UnknownName, match="no queue called drawer") as unknown:
        _call(lab, "message.discard", queue="drawer", id=number)
    assert "door-queue" in unknown.value.hint


def test_a_message_that_could_not_be_published_is_not_published_later(lab: RunningLab) -> None:
    """A consumer that is stopped is passed over; when all are, nothing has happened."""
    message: dict[str, Any] = {"queue": "door-queue", "topic": "t", "body": {}}
    _call(lab, "process.pause", instances=["door-service-1"])
    try:
        number = _call(lab, "message.publish", **message)["id"]
    finally:
        _call(lab, "process.resume", instances=["door-service-1"])
    assert _call(lab, "message.discard", queue="door-queue", id=number) == {"found": False}  # asked the first
    _call(lab, "process.kill", instances=["door-service-1"])
    poll_until(lambda: lab.status()["door-service-1"]["state"] == "ready", "its being ready")


@pytest.mark.parametrize("killed", ["supervisor", "forkserver", "both"])
def test_nothing_stays_behind_stopped(tmp_path: Path, killed: str) -> None:
    """Whoever dies above them, paused processes go on, and end with their lab."""
    with running_lab(tmp_path, topology=STANDIN) as lab:
        paused = {name: lab.pid(name) for name in ("store-service-1", "load-generator-1")}
        status = lab.json("status")
        _call(lab, "process.pause", instances=list(paused))
        for who in ("supervisor", "forkserver"):
            if killed in (who, "both"):
                os.kill(status[who], signal.SIGKILL)
        if killed == "forkserver":
            poll_until(lambda: lab.pid("store-service-1") != paused["store-service-1"], "another process")
            _call(lab, "process.resume", instances=["load-generator-1"])
            paused.pop("load-generator-1")
        else:
            poll_until(lab.gone, "the end of every process")
        poll_until(lambda: not any(_lives(pid) for pid in paused.values()), "the end of what was stopped")


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
