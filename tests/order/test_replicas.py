"""Two order services on one database: whoever is asked, an order is placed once, moves once, and is told once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from services.chassis.settings import PeerLimits
from services.order.app import INVENTORY, PAYMENT, create_app
from services.order.settings import Settings
from tests.support.back_ends import broker_url, database_url
from tests.support.inventory import Inventory, inventory_app
from tests.support.judge import Books
from tests.support.platform_queue import PlatformQueue
from tests.support.polling import poll_until_async
from tests.support.scripted import Scripted, says
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")
Replicas = tuple[httpx.AsyncClient, httpx.AsyncClient]
UNHURRIED = PeerLimits(timeout_s=60, attempts=10, breaker_failures=1_000_000)
"""The stock is to decide, on a busy machine too: an order whose neighbour does not answer in time is taken on trust."""


@asynccontextmanager
async def shop(folder: Path) -> AsyncIterator[tuple[Replicas, Inventory]]:
    """Start two order services and an inventory with ten mugs; payment authorises everything."""
    inventory = inventory_app(folder)
    lines = {INVENTORY: httpx.ASGITransport(inventory), PAYMENT: Scripted(says(200, {"status": "authorised"}))}

    def order(number: int) -> Settings:
        return Settings(
            instance=f"order-service-{number}",
            database_url=database_url(folder, "order"),
            broker_url=broker_url(folder),
            inventory_url="http://inventory",
            inventory=UNHURRIED,
            payment_url="http://payment",
            payment=UNHURRIED,
            claim_s=60.0,
            join_s=60.0,
        )

    one, other = (create_app(order(number), transports=lines) for number in (1, 2))
    async with served(inventory) as stock, served(one) as first, served(other) as second:
        yield (first, second), Inventory(stock)


async def place(replica: httpx.AsyncClient, key: str) -> httpx.Response:
    """Order a mug, as customers do: again, under the same key, for as long as the service is too busy."""
    body = {"customer_id": "ada", "lines": [{"sku": "MUG", "quantity": 1}], "card_token": "tok-visa"}

    async def decided() -> httpx.Response | None:
        answer = await replica.post("/orders", json=body, headers={"Idempotency-Key": key})
        return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer

    return await poll_until_async(decided, f"the order of {key} to be decided", within_s=60)


async def published(folder: Path) -> Counter[str]:
    """Return the messages that were handed to the broker, once the outbox is empty."""

    async def empty() -> bool:
        return not Books(folder).count("order", "SELECT count(*) FROM outbox")

    await poll_until_async(empty, "the outbox to be empty")
    async with PlatformQueue(folder) as queue:
        return Counter(delivery.message.id for delivery in await queue.take())


async def test_a_checkout_sent_to_both_at_once_is_one_order(tmp_path: Path) -> None:
    """Four keys, each sent six times: four orders, four mugs, four events; every answer to a key is the same."""
    async with shop(tmp_path) as (replicas, stock):
        keys = [f"key-{number}" for number in range(4)] * 6
        answers = await asyncio.gather(*(place(replicas[i % 4 // 2], key) for i, key in enumerate(keys)))
        assert {answer.status_code for answer in answers} == {201}
        orders = {(key, answer.json()["order_id"]) for key, answer in zip(keys, answers, strict=True)}
        assert len(orders) == 4
        assert (await stock.available())["MUG"] == 6
        assert sorted(await published(tmp_path)) == sorted(f"{order_id}-placed" for _, order_id in orders)


async def test_the_last_mugs_go_to_as_many_orders_as_there_are(tmp_path: Path) -> None:
    """Thirty customers want ten mugs."""
    async with shop(tmp_path) as (replicas, stock):
        answers = await asyncio.gather(*(place(replicas[i % 2], f"key-{i}") for i in range(30)))
        assert Counter(answer.status_code for answer in answers) == {201: 10, 409: 20}
        assert (await stock.available())["MUG"] == 0


async def test_an_order_that_is_cancelled_and_settled_at_once_has_one_fate(tmp_path: Path) -> None:
    """A customer cancels twice while the worker settles twice: one of the two wins, and its event is told once."""
    async with shop(tmp_path) as (replicas, _):
        for number in range(8):
            order_id = (await place(replicas[0], f"key-{number}")).json()["order_id"]
            calls = [
                call
                for replica in replicas
                for call in (
                    replica.post(f"/orders/{order_id}/cancel"),
                    replica.post(f"/orders/{order_id}/settlement", json={"outcome": "paid"}),
                )
            ]
            await asyncio.gather(*calls)
            fates = [(await replica.get(f"/orders/{order_id}")).json()["status"] for replica in replicas]
            assert fates in (["cancelled"] * 2, ["fulfilled"] * 2)
            told = (await published(tmp_path))[f"{order_id}-cancelled"]
            assert told == (1 if fates[0] == "cancelled" else 0)
