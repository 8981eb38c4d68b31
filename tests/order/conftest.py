"""A platform of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.platform import Platform


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    """Return a platform with everything but the worker."""
    async with Platform(tmp_path) as platform:
        yield platform
