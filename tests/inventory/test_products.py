"""Product pages: cheap to read, and never older than they say."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from services.inventory import schemas
from services.inventory.app import create_app
from services.inventory.settings import Settings
from tests.support.back_ends import database_url
from tests.support.inventory import STOCK, Inventory, inventory_app, new_order, verdict
from tests.support.polling import poll_until_async
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")


async def test_a_new_shop_has_a_believable_range(tmp_path: Path) -> None:
    """Some two dozen products with prices in cents, German tax rates and stock for a long night."""
    url = database_url(tmp_path, "inventory")
    async with served(create_app(Settings(database_url=url, supplier_url="http://127.0.0.1:9"))) as client:
        answer = await client.get("/products")
    products = schemas.Offers.model_validate(answer.json()).products

    assert len(products) == len({product.sku for product in products}) == 24
    assert {product.tax_percent for product in products} == {7, 20}
    assert all(100 <= product.price_cents < 20_000 and product.available >= 5_000 for product in products)


async def test_a_restart_keeps_stock_and_reservations(tmp_path: Path) -> None:
    """An existing shop is not filled again."""
    order = new_order()
    async with served(inventory_app(tmp_path)) as client:
        await Inventory(client).reserve(order, {"MUG": 4})
    async with served(inventory_app(tmp_path)) as client:
        assert await Inventory(client).available() == STOCK | {"MUG": 6}
        assert verdict(await Inventory(client).reserve(order, {"MUG": 4})) == (200, "held")


async def test_a_product_page_says_when_its_stock_was_read(inventory: Inventory) -> None:
    """One product looks as it does in the list; one that is not on sale is not found."""
    before = datetime.now(UTC)
    one = await inventory.client.get("/products/LAMP")
    listed = (await inventory.client.get("/products")).json()["products"]

    offer = schemas.Offer.model_validate(one.json())
    assert before <= offer.as_of <= datetime.now(UTC)
    assert offer.as_of.utcoffset() == timedelta(0)
    assert one.json() == next(product for product in listed if product["sku"] == "LAMP")
    assert verdict(await inventory.client.get("/products/UNICORN")) == (404, "unknown-sku")


async def test_what_another_replica_sold_is_seen_when_the_cached_figure_expires(tmp_path: Path) -> None:
    """A figure is shown for a bounded time, however often it is asked for."""
    async with (
        served(inventory_app(tmp_path, cache_ttl_s=0.3)) as one,
        served(inventory_app(tmp_path)) as other,
    ):
        here, there = Inventory(one), Inventory(other)
        assert await here.available() == STOCK
        await there.reserve(new_order(), {"MUG": 4})

        async def seen() -> bool:
            return (await here.available())["MUG"] == 6

        await poll_until_async(seen, "the other replica's sale to show")


async def test_many_readers_of_a_cold_page_cost_one_query(inventory: Inventory) -> None:
    """Whoever comes while stock is being read waits for it instead of reading too."""
    await poll_until_async(partial(_has_looked_after_stock, inventory), "the jobs at the start to be over")
    before = await _queries(inventory)
    answers = await asyncio.gather(*(inventory.client.get("/products") for _ in range(40)))

    assert len({answer.text for answer in answers}) == 1
    assert await _queries(inventory) - before == 1
    await inventory.reserve(new_order(), {"MUG": 1})
    before = await _queries(inventory)
    await inventory.available()
    await inventory.available()
    assert await _queries(inventory) - before == 1


async def _has_looked_after_stock(inventory: Inventory) -> bool:
    metrics = (await inventory.client.get("/metrics")).text
    return all(
        f'periodic_runs_total{{job="{job}",outcome="done"}}' in metrics for job in ("stock.restock", "stock.count")
    )


async def _queries(inventory: Inventory) -> float:
    lines = (await inventory.client.get("/metrics")).text.splitlines()
    return sum(
        float(line.split()[1])
        for line in lines
        if line.startswith("db_client_operation_duration_seconds_count") and '"SELECT"' in line
    )
