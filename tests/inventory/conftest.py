"""An inventory of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.inventory import Inventory, inventory_app
from tests.support.served import served


@pytest.fixture
async def inventory(tmp_path: Path) -> AsyncIterator[Inventory]:
    """Return inventory with ten mugs, ten packets of tea and three lamps, whose product cache outlives the test."""
    async with served(inventory_app(tmp_path)) as client:
        yield Inventory(client)
