"""The count of the stock: what is on sale and what is promised add up to what there ever was, or somebody is told."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.support.back_ends import looking
from tests.support.card_network import provider_app
from tests.support.inventory import Inventory, inventory_app, new_order
from tests.support.polling import poll_until_async
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")

EVERY_S = 0.05


async def samples(inventory: Inventory) -> dict[str, float]:
    """Return the metrics of an inventory, by sample."""
    lines = (await inventory.client.get("/metrics")).text.splitlines()
    parted = (line.split("#")[0].rpartition(" ") for line in lines if line[0] != "#")
    return {name: float(value) for name, _, value in parted}


async def counted(inventory: Inventory) -> float:
    """Return the units that do not add up, by a count that began after this call."""
    done = 'periodic_runs_total{job="stock.count",outcome="done"}'
    enough = (await samples(inventory)).get(done, 0) + 2

    async def is_done() -> bool:
        return (await samples(inventory)).get(done, 0) >= enough

    await poll_until_async(is_done, "two counts")
    return (await samples(inventory))["stock_mismatch_units"]


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return what was said of stock that does not add up."""
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [event for event in events if event["event"] == "stock.mismatch"]


def move(folder: Path, sku: str, units: int) -> None:
    """Change the stock of a product behind the service's back."""
    with looking(folder, "inventory").begin() as connection:
        change = text("UPDATE stock SET available = available + :units WHERE sku = :sku")
        connection.execute(change, {"sku": sku, "units": units})


async def test_what_is_sold_given_back_and_delivered_adds_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reservations, refusals, releases and deliveries leave nothing to tell."""
    provider = provider_app(tmp_path)
    app = inventory_app(
        tmp_path,
        supplier=httpx.ASGITransport(provider),
        restock_below=5,
        restock_interval_s=EVERY_S,
        count_interval_s=EVERY_S,
    )
    async with served(provider), served(app) as client:
        inventory, orders = Inventory(client), [new_order() for _ in range(20)]
        await asyncio.gather(*(inventory.reserve(order, {"MUG": 1, "LAMP": 2}) for order in orders))
        await asyncio.gather(*(inventory.release(order) for order in orders[::3]))
        await asyncio.gather(*(inventory.commit(order) for order in orders[1::3]))
        assert await counted(inventory) == 0
        assert (await samples(inventory))['stock_restock_orders_total{outcome="received"}'] >= 1
    assert told(capsys) == []


async def test_units_that_were_promised_and_not_taken_are_told_with_the_orders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The gauge says how many, the log which product and who had reserved it; a count that finds the same is silent."""
    async with served(inventory_app(tmp_path, count_interval_s=EVERY_S)) as client:
        inventory, order = Inventory(client), new_order()
        assert await counted(inventory) == 0
        await inventory.reserve(new_order(), {"LAMP": 1})
        await inventory.reserve(order, {"MUG": 2, "TEA": 1})
        move(tmp_path, "MUG", 2)
        assert await counted(inventory) == 2
        (warning,) = told(capsys)
        assert (warning["units"], warning["change_units"], warning["skus"]) == (2, 2, {"MUG": 2})
        assert warning["order_ids"] == [order]
        move(tmp_path, "TEA", -1)
        assert await counted(inventory) == 3
        assert [warning["skus"] for warning in told(capsys)] == [{"MUG": 2, "TEA": -1}]
        assert await counted(inventory) == 3
        assert told(capsys) == []


async def test_a_restart_knows_what_there_was_at_first(tmp_path: Path) -> None:
    """Damage is not taken for the beginning."""
    async with served(inventory_app(tmp_path, count_interval_s=EVERY_S)) as client:
        assert await counted(Inventory(client)) == 0
    move(tmp_path, "MUG", 3)
    async with served(inventory_app(tmp_path, count_interval_s=EVERY_S)) as client:
        assert await counted(Inventory(client)) == 3
