"""The stop lever: however it is pulled, nothing is on until it is released."""

import signal
from pathlib import Path

import httpx

from chaos.controller import Controller
from chaos.lever import Lever
from chaos.settings import ControllerSettings
from tests.support.breakable import DRIFT, becomes, ends, inject
from tests.support.chaos_processes import ControllerProcess, ReplicaProcess
from tests.support.followers import Followers
from tests.support.polling import poll_until


async def test_it_stops_everything_and_refuses_more(api: httpx.AsyncClient, followers: Followers) -> None:
    """423 says how to release it; once that is done faults can be switched on again, and what was on stays off."""
    board = await followers.follow("billing-service-1", DRIFT)
    injected = (await inject(api)).json()
    await becomes(board, on=True)
    pulled = (await api.post("/lever", json={"reason": "enough"})).json()
    assert [(one["id"], one["cause"]) for one in pulled["stopped"]] == [(injected["id"], "lever")]
    await becomes(board, on=False)
    refusal = await inject(api)
    assert (refusal.status_code, refusal.json()["type"]) == (423, "urn:problem:lever-held")
    assert "DELETE /lever" in refusal.json()["instead"]
    held = (await api.get("/lever")).json()
    assert (held["held"], held["reason"], held["since"] is None) == (True, "enough", False)
    assert (await api.delete("/lever")).json() == {"held": False, "since": None, "reason": ""}
    assert not board.is_on(DRIFT.name)
    assert (await inject(api)).status_code == 201


async def test_a_file_made_by_hand_is_the_lever(
    api: httpx.AsyncClient, settings: ControllerSettings, followers: Followers
) -> None:
    """`touch STOP`: everything goes off by the next beat, and nothing can be switched on."""
    board = await followers.follow("billing-service-1", DRIFT)
    injected = (await inject(api)).json()
    await becomes(board, on=True)
    (settings.home / "STOP").touch()
    assert (await ends(api, injected["id"]))["cause"] == "lever"
    await becomes(board, on=False)
    assert (await inject(api)).status_code == 423
    await api.delete("/lever")
    assert not (settings.home / "STOP").exists()


async def test_replicas_look_for_the_file_themselves(
    api: httpx.AsyncClient, controller: Controller, settings: ControllerSettings, followers: Followers
) -> None:
    """A controller that does not see the file is not needed."""
    board = await followers.follow("billing-service-1", DRIFT)
    await inject(api)
    await becomes(board, on=True)
    controller.lever = Lever(settings.home / "elsewhere")
    (settings.home / "STOP").touch()
    await becomes(board, on=False)
    assert controller.activations.on()


async def test_pulling_it_again_changes_nothing(api: httpx.AsyncClient) -> None:
    """With or without a reason; releasing it twice likewise."""
    for _ in range(2):
        assert (await api.post("/lever")).json()["stopped"] == []
    for _ in range(2):
        assert not (await api.delete("/lever")).json()["held"]


def test_it_holds_where_its_file_cannot_be_made(tmp_path: Path) -> None:
    """A disk that takes nothing: then for this life of the controller."""
    lever = Lever(tmp_path / "no such folder")
    lever.pull("enough")
    assert lever.is_held
    assert lever.since is None
    lever.release()
    assert not lever.is_held


async def test_a_restart_does_not_release_it(settings: ControllerSettings) -> None:
    """The next life finds it held."""
    async with Controller(settings) as first:
        await first.pull_lever("enough")
    async with Controller(settings) as second:
        assert second.lever.is_held


def test_a_signal_pulls_it(tmp_path: Path) -> None:
    """SIGUSR1: everything is off, the process lives on, and the lever tells who it was."""
    with (
        ControllerProcess(tmp_path) as controller,
        ReplicaProcess(controller.channel, tmp_path, "billing-service-1") as replica,
    ):
        controller.wait_for("billing-service-1")
        injected = controller.inject()
        replica.becomes("faulty")
        controller.kill(signal.SIGUSR1)
        replica.becomes("fixed")
        assert poll_until(lambda: controller.status()["lever"]["held"], "the lever to be held")
        assert controller.status()["lever"]["reason"] == "SIGUSR1"
        assert controller.client.get(f"/activations/{injected['id']}").json()["cause"] == "lever"
        assert (tmp_path / "STOP").exists()
