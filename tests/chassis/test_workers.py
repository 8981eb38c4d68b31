"""So many requests are served at once; others wait, as long as they have time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter

from services.chassis import workers
from services.chassis.app import build_app
from services.chassis.settings import ServiceSettings
from services.chassis.workers import Workers
from tests.support.polling import poll_until_async
from tests.support.served import served
from tests.support.telemetry import telemetry


class House(ServiceSettings):
    """A service whose requests take as long as the test has them."""

    service = "house-service"


class Desk:
    """What the service does: requests are under way until they are let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.under_way = self.most = 0

    async def work(self) -> dict[str, str]:
        """Be under way."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.let_go.wait()
        self.under_way -= 1
        return {}


@asynccontextmanager
async def desk(number: int) -> AsyncIterator[tuple[Desk, Workers, httpx.AsyncClient]]:
    """Run the service with so many workers."""
    seen, router, work = telemetry(), APIRouter(), Desk()
    router.add_api_route("/work", work.work)
    hands = Workers(number, seen)
    app = build_app(
        House(instance="house-service-1", port=0), seen, title="House", description="", routers=[router], workers=hands
    )
    async with served(app) as client:
        yield work, hands, client


async def _until(work: Desk, number: int) -> None:
    async def are_under_way() -> bool:
        return work.under_way >= number

    await poll_until_async(are_under_way, f"{number} requests to be under way")


async def test_no_more_are_served_than_there_are_workers() -> None:
    """Of ten requests two are served at a time, and all of them in the end; whoever only looks needs no worker."""
    async with desk(2) as (work, _, client):
        asked = [asyncio.create_task(client.get("/work")) for _ in range(10)]
        await _until(work, 2)
        assert (await client.get("/health")).status_code == 200
        assert 'bulkhead_slots_in_use{bulkhead="requests"} 2.0' in (await client.get("/metrics")).text
        work.let_go.set()
        assert {(await one).status_code for one in asked} == {200}
        assert work.most == 2


async def test_who_has_no_time_left_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Busy, when their own time or the longest wait is over; and the worker is not lost."""
    monkeypatch.setattr(workers, "WAIT_S", 0.05)
    async with desk(1) as (work, _, client):
        first = asyncio.create_task(client.get("/work"))
        await _until(work, 1)
        late = await client.get("/work")
        later = await client.get("/work", headers={"X-Request-Timeout-Ms": "20"})
        assert [(one.status_code, one.json()["type"]) for one in (late, later)] == [(503, "urn:problem:busy")] * 2
        work.let_go.set()
        assert (await first).status_code == (await client.get("/work")).status_code == 200


async def test_there_may_be_more_of_them_meanwhile() -> None:
    """Who waits is served as soon as there are more workers."""
    async with desk(1) as (work, hands, client):
        asked = [asyncio.create_task(client.get("/work")) for _ in range(3)]
        await _until(work, 1)
        hands.resize(3)
        await _until(work, 3)
        work.let_go.set()
        assert {(await one).status_code for one in asked} == {200}
