"""A full disk: nothing new is switched on, and everything can be switched off."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from chaos.controller import Controller
from chaos.journal import Journal
from chaos.settings import ControllerSettings
from tests.support.breakable import DRIFT, LEAK, becomes, inject
from tests.support.chaos_processes import ControllerProcess, ReplicaProcess
from tests.support.fake_supervisor import INSTANCE, FakeSupervisor
from tests.support.followers import Followers
from tests.support.polling import poll_until, poll_until_async

SMALL = "4m"


class Disk:
    """The room that a controller's journal has: all or none."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def fill(self) -> None:
        """Have every write refused, as SQLite does when no page is left."""
        self._journal._db.execute("PRAGMA query_only = ON")

    def empty(self) -> None:
        """Make room."""
        self._journal._db.execute("PRAGMA query_only = OFF")


@pytest.fixture
async def disk(controller: Controller) -> Disk:
    """The disk of `controller`."""
    return Disk(controller.scribe._journal)


async def test_injecting_is_refused_and_changes_nothing(
    api: httpx.AsyncClient, controller: Controller, followers: Followers, disk: Disk
) -> None:
    """507 says what to do; neither a replica nor the history knows of it, and a key is not taken."""
    board = await followers.follow("billing-service-1", DRIFT)
    disk.fill()
    refusal = await inject(api, key="k")
    assert (refusal.status_code, refusal.json()["type"]) == (507, "urn:problem:not-durable")
    assert "Make room" in refusal.json()["instead"]
    assert not board.switches
    assert controller.activations.unfinished() == []
    assert (await api.get("/status")).json()["journal_failing"]
    disk.empty()
    assert (await inject(api, key="k")).status_code == 201
    await becomes(board, on=True)


@pytest.mark.parametrize("how", ["one", "all", "lever"])
async def test_stopping_works_and_is_written_down_later(
    api: httpx.AsyncClient, followers: Followers, disk: Disk, how: str
) -> None:
    """It is off at once; when there is room the journal gets all of it, in order."""
    board = await followers.follow("billing-service-1", DRIFT)
    where = (await inject(api)).headers["location"]
    await becomes(board, on=True)
    disk.fill()
    stop = {"one": ("DELETE", where), "all": ("POST", "/stop"), "lever": ("POST", "/lever")}[how]
    assert (await api.request(*stop)).status_code == 200
    await becomes(board, on=False)
    assert (await api.get(where)).json()["cause"] is not None
    assert [step["state"] for step in (await api.get(where)).json()["events"]][-1] not in {"reverting", "reverted"}
    disk.empty()

    async def written() -> bool:
        steps = [step["state"] for step in (await api.get(where)).json()["events"]]
        return steps[-2:] == ["reverting", "reverted"]

    await poll_until_async(written, "the steps to be written down")
    assert not (await api.get("/status")).json()["journal_failing"]


async def test_what_runs_out_goes_off(api: httpx.AsyncClient, followers: Followers, disk: Disk) -> None:
    """Expiry and lost owners need no disk either."""
    board = await followers.follow("billing-service-1", DRIFT, LEAK)
    session = (await api.post("/sessions", json={"ttl_s": 0.5})).json()
    await inject(api, LEAK.name, session=session["id"])
    await inject(api, duration_s=1.0)
    disk.fill()
    await becomes(board, on=False)
    await becomes(board, on=False, name=LEAK.name)

    async def over() -> bool:
        status = (await api.get("/status")).json()
        return not (status["active"] or status["reverting"])

    await poll_until_async(over, "both to be over")


async def test_a_controller_that_starts_over_does_so_without_a_disk(
    controller: Controller, followers: Followers, api: httpx.AsyncClient, disk: Disk, settings: ControllerSettings
) -> None:
    """Its new epoch holds for this life, and what was on is taken back."""
    board = await followers.follow("billing-service-1", DRIFT)
    await inject(api)
    await becomes(board, on=True)
    disk.fill()
    (settings.home / "epoch.new").mkdir()
    epoch = controller.epoch
    controller._last_beat -= 10
    await becomes(board, on=False)

    async def risen() -> bool:
        return controller.epoch > epoch

    await poll_until_async(risen, "the epoch to rise")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk; the injected errors above hold everywhere")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(folder: Path) -> Path:
    file = folder / "ballast"
    with file.open("wb", buffering=0) as out, suppress(OSError):
        while out.write(b"\0" * 4096):
            pass
    return file


def test_a_real_full_disk(small_disk: Path, tmp_path: Path) -> None:
    """A fault and a paused process are on when it fills up: nothing more goes on, both go off, the lever holds."""
    with (
        FakeSupervisor(tmp_path) as supervisor,
        ControllerProcess(small_disk, CHAOS_LAB_STATE=str(supervisor.state_file)) as controller,
        ReplicaProcess(controller.channel, small_disk, "billing-service-1") as replica,
    ):
        client = controller.client
        controller.wait_for("billing-service-1")
        pause = {"fault": "process.pause", "on": [INSTANCE]}
        client.post("/activations", json=pause).raise_for_status()
        injected = controller.inject(accept_partial=True)
        replica.becomes("faulty")
        ballast = _fill(small_disk)
        refusal = client.post("/activations", json={"fault": "process.kill", "on": [INSTANCE]})
        assert (refusal.status_code, refusal.json()["type"]) == (507, "urn:problem:not-durable")
        assert client.delete(f"/activations/{injected['id']}").json()["cause"] == "stopped"
        replica.becomes("fixed")
        pulled = client.post("/lever", json={"reason": "enough"})
        assert pulled.status_code == 200
        poll_until(lambda: not supervisor.is_stopped, "the process to go on")
        assert client.get("/lever").json()["held"]
        ballast.unlink()

        def written() -> bool:
            listed = client.get("/activations").json()["activations"]
            return {one["state"] for one in listed} <= {"reverted", "rejected"}

        poll_until(written, "the journal to catch up")
        client.delete("/lever").raise_for_status()
        controller.inject(accept_partial=True)
        replica.becomes("faulty")


def test_a_life_that_dies_with_a_full_disk_leaves_nothing_on(small_disk: Path, tmp_path: Path) -> None:
    """The caretaker needs no disk; nor does the next life, once there is room, miss anything."""
    with FakeSupervisor(tmp_path) as supervisor:
        lab_state = str(supervisor.state_file)
        with ControllerProcess(small_disk, CHAOS_LAB_STATE=lab_state) as controller:
            pause = {"fault": "process.pause", "on": [INSTANCE]}
            controller.client.post("/activations", json=pause).raise_for_status()
            assert supervisor.is_stopped
            ballast = _fill(small_disk)
            controller.kill()
            poll_until(lambda: not supervisor.is_stopped, "the caretaker")
        ballast.unlink()
        with ControllerProcess(small_disk, CHAOS_LAB_STATE=lab_state) as second:

            def reverted() -> bool:
                listed = second.client.get("/activations").json()["activations"]
                return [(one["state"], one["cause"]) for one in listed] == [("reverted", "controller-restarted")]

            poll_until(reverted, "the next life to write it down")
