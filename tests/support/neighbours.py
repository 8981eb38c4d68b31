"""A neighbour to call, without one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from observability.wiring import Telemetry
from services.chassis.client import Neighbour
from services.chassis.settings import PeerLimits
from tests.support.scripted import Scripted
from tests.support.telemetry import telemetry


@asynccontextmanager
async def neighbour(
    script: Scripted, seen: Telemetry | None = None, base_url: str = "http://peer", **limits: float
) -> AsyncIterator[Neighbour]:
    """Return a neighbour that answers by script; calls may take a minute unless `limits` say otherwise."""
    bounds = PeerLimits.model_validate({"timeout_s": 60.0, "attempts": 3, **limits})
    async with Neighbour("peer", base_url, bounds, seen or telemetry(), transport=script) as peer:
        yield peer
