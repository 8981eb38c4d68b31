"""A card network of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.card_network import CardNetwork, provider_app
from tests.support.served import served


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[CardNetwork]:
    """Return the card network, asked about one reference."""
    async with served(provider_app(tmp_path)) as client:
        yield CardNetwork(client, "0123456789abcdef0123456789abcdef")
