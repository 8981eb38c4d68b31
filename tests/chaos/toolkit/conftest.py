"""A controller and a replica as processes, and what an experiment's configuration tells about them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.toolkit import places
from tests.support.chaos_processes import ControllerProcess, ReplicaProcess
from tests.support.chaos_toolkit import Toolkit


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ControllerProcess, ReplicaProcess]]:
    """A controller with one replica, for all tests of a module."""
    with (
        ControllerProcess(tmp_path_factory.mktemp("controller")) as controller,
        ReplicaProcess(controller.channel, controller.home, "billing-service-1") as replica,
    ):
        controller.wait_for("billing-service-1")
        replica.becomes("fixed")
        yield controller, replica


@pytest.fixture
def controller(running: tuple[ControllerProcess, ReplicaProcess]) -> Iterator[ControllerProcess]:
    """The controller; at the end of a test nothing is on."""
    process, _ = running
    yield process
    process.client.delete("/lever").raise_for_status()
    process.client.post("/stop").raise_for_status()


@pytest.fixture
def replica(running: tuple[ControllerProcess, ReplicaProcess]) -> ReplicaProcess:
    """The replica. It is `fixed`; a test that has it become `faulty` waits until it is `fixed` again."""
    return running[1]


@pytest.fixture
def configuration(controller: ControllerProcess) -> dict[str, str]:
    """What an experiment's configuration tells."""
    return {places.URL: controller.url}


@pytest.fixture
def toolkit(tmp_path: Path) -> Toolkit:
    """The command `chaos`, in an empty folder."""
    return Toolkit(tmp_path)
