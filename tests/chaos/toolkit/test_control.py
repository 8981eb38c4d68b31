"""The session that the control holds while an experiment runs."""

import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from chaoslib.exceptions import InterruptExecution, InvalidControl

from chaos.toolkit import actions, control, experiment, places
from chaos.toolkit.client import connect
from chaos.toolkit.lease import Lease
from tests.support.chaos_processes import FAULT, ControllerProcess, ReplicaProcess
from tests.support.deaf_port import deaf_port
from tests.support.polling import poll_until

TTL_S = 0.5
CONTEXT = {"title": "A test"}


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """No test leaves a session."""
    yield
    control.cleanup_control()


def test_what_is_switched_on_outlives_the_time_to_live_while_it_is_renewed(
    controller: ControllerProcess, configuration: dict[str, Any], replica: ReplicaProcess
) -> None:
    """And goes off when the experiment ends."""
    control.configure_control(configuration, ttl_s=TTL_S)
    control.before_experiment_control(CONTEXT, configuration, ttl_s=TTL_S)
    actions.inject(FAULT, configuration=configuration)
    replica.becomes("faulty")
    began = monotonic()
    poll_until(lambda: monotonic() > began + 3 * TTL_S, "three lifetimes to pass")
    assert [one["session"] for one in controller.status()["active"]] == [configuration[places.SESSION]]
    control.after_experiment_control(CONTEXT, ttl_s=TTL_S)
    replica.becomes("fixed")


def test_cleaning_up_ends_the_session_of_an_experiment_that_crashed(
    configuration: dict[str, Any], replica: ReplicaProcess
) -> None:
    """Doing it again changes nothing."""
    control.before_experiment_control(CONTEXT, configuration)
    actions.inject(FAULT, configuration=configuration)
    replica.becomes("faulty")
    control.cleanup_control()
    replica.becomes("fixed")
    control.cleanup_control()


def test_a_session_of_an_experiment_before_is_forgotten(configuration: dict[str, Any]) -> None:
    """Two experiments in one process do not share one."""
    control.before_experiment_control(CONTEXT, configuration)
    control.configure_control(configuration)
    assert places.SESSION not in configuration


def test_without_a_controller_nothing_is_run() -> None:
    """The experiment is interrupted before it begins."""
    with deaf_port() as port, pytest.raises(InterruptExecution, match="Nothing was switched on"):
        control.before_experiment_control(CONTEXT, {places.URL: f"http://127.0.0.1:{port}"})


def test_a_session_that_the_controller_ends_is_lost(
    controller: ControllerProcess, configuration: dict[str, Any]
) -> None:
    """Whoever holds it hears why."""
    heard: list[str] = []
    lost = threading.Event()

    def hear(why: str) -> None:
        heard.append(why)
        lost.set()

    lease = Lease(connect(configuration), TTL_S, "a test", hear)
    controller.client.delete(f"/sessions/{lease.session}").raise_for_status()
    assert lost.wait(30)
    assert lease.session in heard[0]
    lease.end()


def test_a_session_of_a_controller_that_is_gone_is_lost_when_its_time_is_over(tmp_path_factory: Any) -> None:
    """Not before: it may come back, or be slow."""
    lost = threading.Event()
    with ControllerProcess(tmp_path_factory.mktemp("gone")) as gone:
        lease = Lease(connect({places.URL: gone.url}), TTL_S, "a test", lambda _: lost.set())
    assert lost.wait(30)
    lease.end()


@pytest.mark.parametrize("ttl_s", [0, 61, "5", True, None])
def test_a_time_to_live_that_the_controller_refuses_is_found_when_validating(ttl_s: object) -> None:
    """The message says what to write."""
    provider = {**experiment.CONTROL["provider"], "arguments": {"ttl_s": ttl_s}}
    with pytest.raises(InvalidControl, match=r"from 0\.5 to 60"):
        control.validate_control({**experiment.CONTROL, "provider": provider})


def test_the_time_to_live_may_be_left_out() -> None:
    """It is five seconds then."""
    provider = {key: value for key, value in experiment.CONTROL["provider"].items() if key != "arguments"}
    control.validate_control({**experiment.CONTROL, "provider": provider})
    control.validate_control(experiment.CONTROL)
