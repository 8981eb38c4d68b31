"""Ordering more: in time, once, and never at the cost of selling what there is."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.card_network import provider_app
from tests.support.inventory import Inventory, inventory_app, new_order, verdict
from tests.support.polling import poll_until_async
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")

LOW = {"MUG": 8, "TEA": 200, "LAMP": 3}
ARRIVED = {"MUG": 58, "TEA": 200, "LAMP": 53}


class Line(httpx.AsyncBaseTransport):
    """The way to the supplier: it can be cut, lose answers after the work is done, and remembers what it carried."""

    def __init__(self, to: httpx.AsyncBaseTransport) -> None:
        self.to = to
        self.is_cut = False
        self.answers_to_lose = 0
        self.carried: list[dict[str, object]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, or lose it, or lose its answer."""
        if self.is_cut:
            raise httpx.ConnectError("nobody listens", request=request)
        if request.method == "GET":
            return httpx.Response(404, json={})  # how soon it delivers is another matter
        self.carried.append(json.loads(await request.aread()))
        response = await self.to.handle_async_request(request)
        if self.answers_to_lose > 0:
            self.answers_to_lose -= 1
            raise httpx.ReadError("connection reset", request=request)
        return response

    def ids(self) -> set[object]:
        """Return the ids of the purchase orders that were sent."""
        return {order["purchase_order_id"] for order in self.carried}


@asynccontextmanager
async def line_to_supplier(folder: Path) -> AsyncIterator[Line]:
    """Start a supplier and hand over the line to it."""
    provider = provider_app(folder)
    async with served(provider):
        yield Line(httpx.ASGITransport(provider))


@asynccontextmanager
async def inventory_with(line: Line, folder: Path) -> AsyncIterator[Inventory]:
    """Start an inventory that orders fifty of everything of which it has fewer than ten."""
    app = inventory_app(folder, LOW, supplier=line, restock_below=10, restock_interval_s=0.05, cache_ttl_s=0)
    async with served(app) as client:
        yield Inventory(client)


async def until_stock_is(expected: dict[str, int], inventory: Inventory) -> None:
    """Wait until product pages show `expected`."""

    async def is_there() -> bool:
        return await inventory.available() == expected

    await poll_until_async(is_there, f"stock to be {expected}")


async def test_what_runs_low_is_ordered_and_counted_once(tmp_path: Path) -> None:
    """Fifty more of what is short, none of what is not; further rounds order nothing."""
    async with line_to_supplier(tmp_path) as line, inventory_with(line, tmp_path) as inventory:
        await until_stock_is(ARRIVED, inventory)
        assert sorted(str(order["sku"]) for order in line.carried) == ["LAMP", "MUG"]
        await _until_rounds_later(inventory)
        assert len(line.carried) == 2
        assert await inventory.available() == await inventory.gauge() == ARRIVED


async def test_an_answer_lost_on_the_way_adds_the_units_once(tmp_path: Path) -> None:
    """The supplier did its work and we did not hear of it: asking again under the same id is harmless."""
    async with line_to_supplier(tmp_path) as line:
        line.answers_to_lose = 4
        async with inventory_with(line, tmp_path) as inventory:
            await until_stock_is(ARRIVED, inventory)
            assert len(line.carried) == 6
            assert len(line.ids()) == 2


async def test_without_its_supplier_inventory_sells_what_there_is(tmp_path: Path) -> None:
    """It stays ready, and what ran out meanwhile is ordered when the supplier is back."""
    async with line_to_supplier(tmp_path) as line:
        line.is_cut = True
        async with inventory_with(line, tmp_path) as inventory:
            assert verdict(await inventory.reserve(new_order(), {"LAMP": 3})) == (200, "held")
            assert (await inventory.client.get("/ready")).status_code == 200
            line.is_cut = False
            await until_stock_is(ARRIVED | {"LAMP": 50}, inventory)


async def test_a_restart_chases_the_order_it_had_sent(tmp_path: Path) -> None:
    """The purchase order is on disk before it is sent, so the next process asks for the same one."""
    async with line_to_supplier(tmp_path) as line:
        line.answers_to_lose = 1
        async with inventory_with(line, tmp_path):

            async def was_sent() -> bool:
                return bool(line.carried)

            await poll_until_async(was_sent, "an order to be sent")
            line.is_cut = True
        line.is_cut, line.answers_to_lose = False, 0
        async with inventory_with(line, tmp_path) as inventory:
            await until_stock_is(ARRIVED, inventory)
        assert len(line.ids()) == 2


async def test_a_refused_purchase_order_is_replaced_by_another(tmp_path: Path) -> None:
    """A supplier that says no to one order is asked for a new one; units of the first are never counted."""
    refused: list[str] = []

    def supplier(request: httpx.Request) -> httpx.Response:
        order = json.loads(request.content)
        if order["sku"] == "MUG" and not refused:
            refused.append(order["purchase_order_id"])
            return httpx.Response(409, json={"type": "urn:problem:purchase-order-changed", "detail": "no"})
        return httpx.Response(200, json={**order, "status": "delivered"})

    line = Line(httpx.MockTransport(supplier))
    async with inventory_with(line, tmp_path) as inventory:
        await until_stock_is(ARRIVED, inventory)
    assert len(line.ids()) == 3


async def test_two_replicas_that_hear_of_one_delivery_count_it_once(tmp_path: Path) -> None:
    """Both chase the same purchase order, both are told that it has arrived, and one puts the units into stock."""
    seen: Counter[str] = Counter()
    both_asked = asyncio.Event()

    async def supplier(request: httpx.Request) -> httpx.Response:
        order = json.loads(request.content)
        seen[order["purchase_order_id"]] += 1
        if max(seen.values()) > 1:
            both_asked.set()
        await both_asked.wait()
        return httpx.Response(200, json={**order, "status": "delivered"})

    line = Line(httpx.MockTransport(supplier))
    async with inventory_with(line, tmp_path) as one, inventory_with(line, tmp_path) as other:
        await until_stock_is(ARRIVED, one)
        await _until_rounds_later(other)
        assert await other.available() == ARRIVED


async def _until_rounds_later(inventory: Inventory) -> None:
    rounds = await _rounds(inventory)

    async def later() -> bool:
        return await _rounds(inventory) >= rounds + 3

    await poll_until_async(later, "three more rounds")


async def _rounds(inventory: Inventory) -> float:
    lines = (await inventory.client.get("/metrics")).text.splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith('periodic_runs_total{job="stock.restock"'))
