"""A stage for drills."""

from collections.abc import AsyncIterator

import pytest

from chaos.probes.addresses import Target
from tests.support.drill_stage import DrillStage
from tests.support.fake_chaos_api import FakeChaosApi
from tests.support.fake_surroundings import FakeBook
from tests.support.listening import listening


@pytest.fixture
async def stage() -> AsyncIterator[DrillStage]:
    """A stage with a controller that answers."""
    api = FakeChaosApi()
    async with listening(api.app()) as url:
        yield DrillStage(api, FakeBook({"controller": url}, [Target("billing-service-1", "billing-service", "")]))
