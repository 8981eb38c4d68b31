"""Both brokers, for what both promise."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.chassis.broker import Broker
from tests.support import rabbitmq
from tests.support.brokers import Brokers


@pytest.fixture
def room(node: rabbitmq.Node) -> Iterator[str]:
    """Return the URL of a virtual host of a test's own."""
    url = node.room()
    yield url
    node.clear(url)


@pytest.fixture(params=["sqlite", pytest.param("rabbitmq", marks=rabbitmq.NEEDED)])
def brokers(request: pytest.FixtureRequest, tmp_path: Path) -> Brokers:
    """Return a broker that is empty, of either kind."""
    if request.param == "sqlite":
        return Brokers(f"sqlite+aiosqlite:///{tmp_path}/broker.db")
    return Brokers(request.getfixturevalue("room"))


@pytest.fixture
async def queue(brokers: Brokers) -> AsyncIterator[Broker]:
    """Return a way to it."""
    async with brokers() as queue:
        yield queue
