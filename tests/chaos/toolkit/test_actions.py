"""What an experiment does to the platform through our actions."""

import asyncio
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette

from chaos.runner.errors import ControllerFailed, Refused
from chaos.toolkit import actions, places
from tests.support.chaos_processes import FAULT, ControllerProcess, ReplicaProcess
from tests.support.deaf_port import deaf_port
from tests.support.listening import listening

SHOWN = "a token for the controller"


def test_inject_and_stop_return_when_the_replicas_show_it(
    configuration: dict[str, str], replica: ReplicaProcess
) -> None:
    """What the controller answers goes into the journal."""
    injected = actions.inject(FAULT, on=["billing-service"], duration_s=60.0, configuration=configuration)
    replica.becomes("faulty")
    assert (injected["state"], injected["on"]) == ("active", ["billing-service"])
    assert [one["instance"] for one in injected["replicas"]] == ["billing-service-1"]
    stopped = actions.stop(FAULT, configuration=configuration)
    replica.becomes("fixed")
    assert [(one["id"], one["state"]) for one in stopped["stopped"]] == [(injected["id"], "reverted")]


def test_stop_without_a_name_stops_everything(configuration: dict[str, str], replica: ReplicaProcess) -> None:
    """And doing it again changes nothing."""
    actions.inject(FAULT, configuration=configuration)
    replica.becomes("faulty")
    assert [one["fault"] for one in actions.stop(configuration=configuration)["stopped"]] == [FAULT]
    replica.becomes("fixed")
    assert actions.stop(configuration=configuration)["stopped"] == []


def test_what_the_controller_refuses_fails_with_its_sentence(configuration: dict[str, str]) -> None:
    """It says what is wrong and what to write instead."""
    with pytest.raises(Refused, match=re.escape(FAULT)):
        actions.inject("billing.float_drif", configuration=configuration)


def test_the_lever_holds_until_it_is_released(configuration: dict[str, str], replica: ReplicaProcess) -> None:
    """Meanwhile nothing can be switched on."""
    actions.inject(FAULT, configuration=configuration)
    replica.becomes("faulty")
    actions.pull_lever("a test", configuration=configuration)
    replica.becomes("fixed")
    with pytest.raises(Refused) as refusal:
        actions.inject(FAULT, configuration=configuration)
    assert refusal.value.code == "lever-held"
    assert actions.release_lever(configuration=configuration)["held"] is False
    actions.inject(FAULT, configuration=configuration)
    replica.becomes("faulty")
    actions.stop(configuration=configuration)
    replica.becomes("fixed")


def test_what_is_switched_on_belongs_to_the_session_of_the_control(
    controller: ControllerProcess, configuration: dict[str, str], replica: ReplicaProcess
) -> None:
    """It goes off with it."""
    session = controller.client.post("/sessions", json={"ttl_s": 60.0}).json()["id"]
    actions.inject(FAULT, configuration={**configuration, places.SESSION: session})
    replica.becomes("faulty")
    controller.client.delete(f"/sessions/{session}").raise_for_status()
    replica.becomes("fixed")


def test_a_controller_that_is_not_there_is_told_with_its_address() -> None:
    """Whoever typed it sees what to mend."""
    with deaf_port() as port, pytest.raises(ControllerFailed, match=f"127.0.0.1:{port}"):
        actions.stop(configuration={places.URL: f"http://127.0.0.1:{port}"})


async def test_something_else_that_answers_is_no_controller() -> None:
    """Its pages are not taken for answers."""
    async with listening(Starlette()) as url:
        with pytest.raises(ControllerFailed, match="answered 404"):
            await asyncio.to_thread(actions.stop, configuration={places.URL: url})


def test_without_a_lab_it_says_how_to_name_one(tmp_path: Path) -> None:
    """Nothing is guessed."""
    with pytest.raises(places.NoLab, match=f"--var {places.HOME}=FOLDER"):
        actions.stop(configuration={places.HOME: str(tmp_path)})


def test_a_token_is_shown_when_there_is_one(tmp_path: Path) -> None:
    """A controller that wants one refuses those without."""
    with ControllerProcess(tmp_path, CHAOS_TOKEN=SHOWN) as guarded:
        configuration = {places.URL: guarded.url}
        with pytest.raises(Refused) as refusal:
            actions.stop(configuration=configuration)
        assert refusal.value.code == "not-allowed"
        assert actions.stop(configuration={**configuration, places.TOKEN: SHOWN})["stopped"] == []
