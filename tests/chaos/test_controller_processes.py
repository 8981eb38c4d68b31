"""The promises, kept by real processes. How long it takes is for `benchmarks/inject_latency.py` to say."""

import signal
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.support.chaos_processes import FAULT, ControllerProcess, ReplicaProcess
from tests.support.polling import poll_until

LEASE_S = 2.0


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[ControllerProcess]:
    """A controller without replicas."""
    with ControllerProcess(tmp_path) as process:
        yield process


@pytest.fixture
def replica(controller: ControllerProcess) -> Iterator[ReplicaProcess]:
    """One connected replica."""
    with ReplicaProcess(controller.channel, controller.home, "billing-service-1") as process:
        controller.wait_for("billing-service-1")
        yield process


def test_injecting_returns_when_every_replica_shows_the_fault(
    controller: ControllerProcess, replica: ReplicaProcess
) -> None:
    """The answer names each replica with its milliseconds; stopping likewise."""
    with ReplicaProcess(controller.channel, controller.home, "billing-service-2") as second:
        controller.wait_for("billing-service-1", "billing-service-2")
        injected = controller.inject()
        assert injected["state"] == "active"
        assert [one["instance"] for one in injected["replicas"]] == ["billing-service-1", "billing-service-2"]
        assert injected["applied_ms"] == max(one["applied_ms"] for one in injected["replicas"]) > 0
        replica.becomes("faulty")
        second.becomes("faulty")
        stopped = controller.client.delete(f"/activations/{injected['id']}").json()
        assert (stopped["state"], stopped["cause"]) == ("reverted", "stopped")
        replica.becomes("fixed")
        second.becomes("fixed")


def test_a_killed_controller_leaves_nothing_on(controller: ControllerProcess, replica: ReplicaProcess) -> None:
    """SIGKILL: its sockets close, and every fault goes off long before its own time is up."""
    controller.inject(duration_s=600.0)
    replica.becomes("faulty")
    controller.kill(signal.SIGKILL)
    replica.becomes("fixed")


def test_a_hung_controller_leaves_nothing_on(controller: ControllerProcess, replica: ReplicaProcess) -> None:
    """SIGSTOP: its sockets stay open and say nothing; the lease ends. When it wakes up it starts over."""
    controller.inject(duration_s=600.0)
    replica.becomes("faulty")
    stopped = controller.kill(signal.SIGSTOP)
    replica.becomes("fixed")
    poll_until(
        lambda: monotonic() > stopped + LEASE_S + 0.5, "the controller to have been hung for longer than a lease"
    )
    controller.kill(signal.SIGCONT)
    controller.wait_for("billing-service-1")
    status = controller.status()
    assert status["active"] == []
    assert status["epoch"] > controller.epoch


def test_a_restarted_controller_begins_with_nothing_on(tmp_path: Path) -> None:
    """The agents come back by themselves to a controller with a higher epoch that knows of no fault."""
    with ControllerProcess(tmp_path) as first:
        port = str(first.channel_port)
        with ReplicaProcess(first.channel, tmp_path, "billing-service-1") as replica:
            first.wait_for("billing-service-1")
            first.inject()
            replica.becomes("faulty")
            first.kill()
            replica.becomes("fixed")
            first.end()
            with ControllerProcess(tmp_path, CHAOS_CHANNEL_PORT=port) as second:
                second.wait_for("billing-service-1")
                assert second.epoch > first.epoch
                assert second.status()["active"] == []
                second.inject()
                replica.becomes("faulty")


def test_a_controller_that_lost_its_epoch_is_obeyed_again(tmp_path: Path) -> None:
    """When its file is gone it learns from the replicas how high it has to rise."""
    with ControllerProcess(tmp_path) as first:
        port = str(first.channel_port)
        with ReplicaProcess(first.channel, tmp_path, "billing-service-1") as replica:
            first.wait_for("billing-service-1")
            first.inject()
            replica.becomes("faulty")
            first.end()
            (tmp_path / "epoch").write_text("rubbish")
            with ControllerProcess(tmp_path, CHAOS_CHANNEL_PORT=port) as second:
                second.wait_for("billing-service-1")
                poll_until(lambda: second.status()["epoch"] > first.epoch, "the epoch to rise")
                second.inject()
                replica.becomes("faulty")


def test_a_fault_goes_off_when_its_time_is_up(controller: ControllerProcess, replica: ReplicaProcess) -> None:
    """The replica sees to it by itself, and the controller knows."""
    began = monotonic()
    injected = controller.inject(duration_s=3.0)
    replica.becomes("faulty")
    assert replica.becomes("fixed") - began > LEASE_S / 2
    poll_until(lambda: _answer(controller, injected)["state"] == "reverted", "the activation to be over")
    assert _answer(controller, injected)["cause"] == "expired"


def test_a_replica_that_comes_late_shows_the_fault_too(controller: ControllerProcess, replica: ReplicaProcess) -> None:
    """Whoever connects while a fault is on is told at once."""
    injected = controller.inject()
    replica.becomes("faulty")
    with ReplicaProcess(controller.channel, controller.home, "billing-service-2") as late:
        late.becomes("faulty")
        controller.client.delete(f"/activations/{injected['id']}")
        late.becomes("fixed")


def test_a_blocked_event_loop_does_not_delay_the_agent(controller: ControllerProcess) -> None:
    """The fault is applied and acknowledged while the service's event loop stands still."""
    with ReplicaProcess(controller.channel, controller.home, "billing-service-1", "--blocked") as replica:
        controller.wait_for("billing-service-1")
        replica.becomes("blocked")
        assert controller.inject(accept_partial=True)["fault"] == FAULT
        poll_until(lambda: controller.status()["replicas"][0]["rev"] == 1, "the acknowledgement")
        replica.write_line()
        assert replica.next_line()["behaviour"] == "faulty"


def test_a_hung_replica_is_named(controller: ControllerProcess, replica: ReplicaProcess) -> None:
    """When a replica does not answer the fault is taken back, and the refusal says who is missing."""
    replica.becomes("fixed")
    replica.kill(signal.SIGSTOP)
    refusal = controller.client.post("/activations", json={"fault": FAULT})
    assert refusal.status_code == 504
    assert refusal.json()["missing"] == ["billing-service-1"]
    assert controller.status()["active"] == []


def test_stopping_everything_is_idempotent(controller: ControllerProcess, replica: ReplicaProcess) -> None:
    """The first stop says what it stopped, the second that there was nothing."""
    controller.inject()
    replica.becomes("faulty")
    first = controller.client.post("/stop").json()
    assert [(one["fault"], one["state"]) for one in first["stopped"]] == [(FAULT, "reverted")]
    replica.becomes("fixed")
    assert controller.client.post("/stop").json()["stopped"] == []


def test_a_controller_that_is_asked_to_end_turns_everything_off(tmp_path: Path) -> None:
    """SIGTERM: every fault is off, and the exit is clean."""
    with (
        ControllerProcess(tmp_path) as controller,
        ReplicaProcess(controller.channel, tmp_path, "billing-service-1") as replica,
    ):
        controller.wait_for("billing-service-1")
        controller.inject()
        replica.becomes("faulty")
        assert controller.end() in {0, -signal.SIGTERM}
        replica.becomes("fixed")


def _answer(controller: ControllerProcess, injected: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = controller.client.get(f"/activations/{injected['id']}").json()
    return answer
