"""The promise table, kept by real processes, each row with ten times its figure: machines are shared.

What a figure really is, `python -m benchmarks.inject_latency` prints.
"""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.support.chaos_processes import ControllerProcess, ReplicaProcess
from tests.support.fake_supervisor import INSTANCE, FakeSupervisor
from tests.support.polling import poll_until
from tests.support.relay import Relay

LEASE_S = 2.0
CHANGED_S = 0.05
KILLED_S = 0.25
LOST_S = LEASE_S + 0.1
TOLERANCE = 10
INSTANCES = [f"billing-service-{number}" for number in range(1, 5)]


def _all(replicas: list[ReplicaProcess], behaviour: str, within_s: float) -> None:
    poll_until(
        lambda: all(one.behaviour == behaviour for one in replicas),
        f"all replicas to be {behaviour}",
        within_s=TOLERANCE * within_s,
        every_s=0.005,
    )


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[ControllerProcess]:
    """A controller."""
    with ControllerProcess(tmp_path) as process:
        yield process


@pytest.fixture
def replicas(controller: ControllerProcess) -> Iterator[list[ReplicaProcess]]:
    """Its replicas."""
    with ExitStack() as started:
        processes = [
            started.enter_context(ReplicaProcess(controller.channel, controller.home, name)) for name in INSTANCES
        ]
        controller.wait_for(*INSTANCES)
        yield processes


def test_a_change_has_reached_the_last_replica(controller: ControllerProcess, replicas: list[ReplicaProcess]) -> None:
    """Injected and stopped: 50 ms, until the behaviour is seen changed."""
    injected = controller.inject(accept_partial=True)
    _all(replicas, "faulty", CHANGED_S)
    controller.client.delete(f"/activations/{injected['id']}")
    _all(replicas, "fixed", CHANGED_S)


def test_a_killed_controller_leaves_nothing_on(controller: ControllerProcess, replicas: list[ReplicaProcess]) -> None:
    """SIGKILL: 250 ms, on every replica."""
    controller.inject(accept_partial=True, duration_s=600.0)
    _all(replicas, "faulty", CHANGED_S)
    controller.kill()
    _all(replicas, "fixed", KILLED_S)


def test_a_hung_controller_leaves_nothing_on(controller: ControllerProcess, replicas: list[ReplicaProcess]) -> None:
    """SIGSTOP: a lease and 100 ms."""
    controller.inject(accept_partial=True, duration_s=600.0)
    _all(replicas, "faulty", CHANGED_S)
    controller.kill(signal.SIGSTOP)
    _all(replicas, "fixed", LOST_S)


def test_a_cable_that_is_cut_leaves_nothing_on(controller: ControllerProcess) -> None:
    """Nothing passes and nobody is told: a lease and 100 ms. When it is mended the replica is told what is on now."""
    with (
        Relay(controller.channel_port) as cable,
        ReplicaProcess(cable.channel, controller.home, "billing-service-1") as far,
        ReplicaProcess(controller.channel, controller.home, "billing-service-2") as near,
    ):
        controller.wait_for("billing-service-1", "billing-service-2")
        injected = controller.inject(accept_partial=True, duration_s=600.0)
        _all([far, near], "faulty", CHANGED_S)
        cable.cut()
        _all([far], "fixed", LOST_S)
        assert near.behaviour == "faulty"
        controller.wait_for("billing-service-2")
        controller.client.delete(f"/activations/{injected['id']}")
        cable.mend()
        controller.wait_for("billing-service-1", "billing-service-2")
        assert far.behaviour == "fixed"


def test_what_ends_while_a_cable_is_cut_is_not_called_reverted_too_early(controller: ControllerProcess) -> None:
    """As long as the replica that cannot be reached may still show it, it is `reverting`."""
    with (
        Relay(controller.channel_port) as cable,
        ReplicaProcess(cable.channel, controller.home, "billing-service-1") as far,
    ):
        controller.wait_for("billing-service-1")
        injected = controller.inject(accept_partial=True, duration_s=600.0)
        _all([far], "faulty", CHANGED_S)
        cable.cut()
        stopped = controller.client.delete(f"/activations/{injected['id']}").json()
        assert stopped["state"] == "reverting" or far.behaviour == "fixed"
        where = f"/activations/{injected['id']}"
        poll_until(lambda: controller.client.get(where).json()["state"] == "reverted", "it to be reverted")
        assert far.behaviour == "fixed"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[FakeSupervisor]:
    """A supervisor with a process that can be paused."""
    with FakeSupervisor(tmp_path) as fake:
        yield fake


@pytest.fixture
def pausing(tmp_path: Path, supervisor: FakeSupervisor) -> Iterator[ControllerProcess]:
    """A controller that has paused a process."""
    with ControllerProcess(tmp_path, CHAOS_LAB_STATE=str(supervisor.state_file)) as controller:
        order = {"fault": "process.pause", "on": [INSTANCE], "duration_s": 600.0}
        controller.client.post("/activations", json=order).raise_for_status()
        poll_until(lambda: supervisor.is_stopped, "the process to stand still")
        yield controller


def _goes_on(supervisor: FakeSupervisor, within_s: float) -> None:
    poll_until(lambda: not supervisor.is_stopped, "the process to go on", within_s=TOLERANCE * within_s)


def _caretaker(controller: ControllerProcess) -> psutil.Process:
    children = psutil.Process(controller.pid).children()
    return next(one for one in children if any("chaos.caretaker" in word for word in one.cmdline()))


def test_the_caretaker_undoes_what_a_killed_controller_has_done(
    pausing: ControllerProcess, supervisor: FakeSupervisor
) -> None:
    """Within a second of the pipe's end. Then it leaves."""
    caretaker = _caretaker(pausing)
    pausing.kill()
    _goes_on(supervisor, 1.0)
    poll_until(lambda: not caretaker.is_running(), "the caretaker to leave")


def test_the_caretaker_undoes_what_a_hung_controller_has_done(
    pausing: ControllerProcess, supervisor: FakeSupervisor
) -> None:
    """A lease and a second. When it wakes up it knows that it was hung."""
    pausing.kill(signal.SIGSTOP)
    _goes_on(supervisor, LEASE_S + 1.0)
    pausing.kill(signal.SIGCONT)
    poll_until(lambda: not pausing.status()["active"], "the controller to take it back")
    (one,) = pausing.client.get("/activations").json()["activations"]
    assert one["cause"] == "controller-hung"
    assert not supervisor.is_stopped


def test_a_caretaker_that_dies_is_replaced_by_one_that_knows_as_much(
    pausing: ControllerProcess, supervisor: FakeSupervisor
) -> None:
    """The second one undoes what the first one was told; losing a caretaker alone ends nothing."""
    first = _caretaker(pausing)
    first.kill()
    poll_until(lambda: not first.is_running() or first.status() == psutil.STATUS_ZOMBIE, "the caretaker to be gone")

    def another() -> bool:
        children = psutil.Process(pausing.pid).children()
        return any(one.pid != first.pid and one.status() != psutil.STATUS_ZOMBIE for one in children)

    poll_until(another, "another caretaker")
    assert supervisor.is_stopped
    pausing.kill()
    _goes_on(supervisor, 1.0)


def test_a_replica_that_was_replaced_meanwhile_is_not_left_standing(tmp_path: Path, supervisor: FakeSupervisor) -> None:
    """Another process has taken its place between the plan and the act: it goes on, and the order is refused."""
    supervisor.replaces_before = "process.pause"
    with ControllerProcess(tmp_path, CHAOS_LAB_STATE=str(supervisor.state_file)) as controller:
        refusal = controller.client.post("/activations", json={"fault": "process.pause", "on": [INSTANCE]})
        assert (refusal.status_code, refusal.json()["type"]) == (502, "urn:problem:not-applied")
        assert not supervisor.is_stopped
