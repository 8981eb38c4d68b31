"""A platform of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.back_ends import BackEnd
from tests.support.platform import Platform


@pytest.fixture(scope="module")
def back_end_of_module(back_end_with_broker: BackEnd) -> BackEnd:
    """Have the queue be on RabbitMQ where the data is on PostgreSQL."""
    return back_end_with_broker


@pytest.fixture
async def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    """Return a platform whose worker has yet to be started, and soon stops when it is told to."""
    async with Platform(tmp_path) as platform:
        # On RabbitMQ a message that comes as a wait ends has one attempt less: let few waits end there.
        if platform.queue.is_in_a_file:
            monkeypatch.setattr("services.chassis.consumer.WAIT_S", 0.02)
        yield platform
