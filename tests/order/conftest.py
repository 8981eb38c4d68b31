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
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    """Return a platform with everything but the worker."""
    async with Platform(tmp_path) as platform:
        yield platform
