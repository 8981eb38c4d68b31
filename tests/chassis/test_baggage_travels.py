"""Baggage goes wherever its request goes, the queue included: what is meant for some requests reaches only those."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest

import services.edge.app
from services.chassis.actions.api_status import Status
from services.chassis.channel_frames import ArmedScope, Baggage
from services.edge.settings import BackendSettings
from services.edge.settings import Settings as EdgeSettings
from tests.support.faults import switched_on
from tests.support.gateway import gateway_app
from tests.support.lives import Life
from tests.support.platform import BILLING, INVENTORY, ORDER, Platform
from tests.support.polling import poll_until_async
from tests.support.served import served

VIP = ArmedScope(percent=100, baggage=Baggage(key="customer.kind", value="v.i.p. & co"))
CARRYING = {"baggage": "a=b, customer.kind=v.i.p.%20%26%20co"}


@asynccontextmanager
async def _shop(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the load balancer, behind which are a gateway and the whole platform."""
    gateway = gateway_app({name: platform._line("api-gateway", name, Life()) for name in (ORDER, INVENTORY, BILLING)})
    settings = EdgeSettings(backends=(BackendSettings(url="http://gateway"),), port=0)
    edge = services.edge.app.create_app(settings, httpx.ASGITransport(gateway))
    async with served(gateway), served(edge) as client:
        yield client


async def _check_out(shop: httpx.AsyncClient, headers: dict[str, str]) -> httpx.Response:
    order = {"customer_id": "ada", "lines": [{"sku": "MUG", "quantity": 1}], "card_token": "tok-visa"}
    return await shop.post("/orders", json=order, headers={"Idempotency-Key": uuid4().hex, **headers})


def _waiting(lines: Iterable[str]) -> set[str]:
    logged = [orjson.loads(line) for line in lines]
    return {line["order_id"] for line in logged if line["event"] == "order.waits"}


async def test_it_goes_through_the_queue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Billing, seven hops behind the load balancer, refuses the events of the one order that carries the baggage."""
    async with Platform(tmp_path) as platform, _shop(platform) as shop:
        await platform.start_worker()
        with switched_on(Status(), route="/events", scope=VIP):
            meant = (await _check_out(shop, CARRYING)).json()["order_id"]
            others = [(await _check_out(shop, headers)).json()["order_id"] for headers in ({}, {"baggage": "a=b"})]
            for order_id in others:
                await platform.status(order_id, "fulfilled")
            waiting: set[str] = set()

            async def it_waits() -> bool:
                waiting.update(_waiting(capsys.readouterr().out.splitlines()))
                return meant in waiting

            await poll_until_async(it_waits, "the order with the baggage to wait")
            assert (await platform.order(meant))["status"] == "confirmed"
        await platform.status(meant, "fulfilled")
        waiting.update(_waiting(capsys.readouterr().out.splitlines()))
        assert waiting == {meant}


@pytest.mark.parametrize("route", ["/reservations", "/payments"])
async def test_it_goes_with_every_call(tmp_path: Path, route: str) -> None:
    """Inventory and payment, behind load balancer, gateway and order, are called with the baggage of the checkout."""
    async with Platform(tmp_path) as platform, _shop(platform) as shop:
        with switched_on(Status(), route=route, status=400, scope=VIP):
            meant, other = [await _check_out(shop, headers) for headers in (CARRYING, {})]
            assert other.status_code == 201
        assert (meant.status_code, meant.text) != (other.status_code, other.text)
        assert not meant.is_success
