"""A billing service of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.billing import Billing, billing_app
from tests.support.served import served


@pytest.fixture
async def billing(tmp_path: Path) -> AsyncIterator[Billing]:
    """Return billing with an empty ledger."""
    async with served(billing_app(tmp_path)) as client:
        yield Billing(client)
