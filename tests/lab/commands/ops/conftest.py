"""A lab of stand-ins for a module, with everything as at the start for each test."""

from collections.abc import Iterator

import pytest

from tests.support.lab import RunningLab, running_lab
from tests.support.operated_lab import TOPOLOGY


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """A lab of stand-ins: two doors behind a hall, and a store."""
    with running_lab(tmp_path_factory.mktemp("ops"), topology=TOPOLOGY) as running:
        yield running


@pytest.fixture
def lab(shared: RunningLab) -> Iterator[RunningLab]:
    """The same, with everything as at the start."""
    yield shared
    shared.cli("reset")
