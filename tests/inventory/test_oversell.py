"""However many ask at once, and however many processes serve them, no unit is promised twice."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from tests.support.inventory import Inventory, inventory_app, new_order, verdict
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")


async def test_a_rush_on_little_stock_is_never_oversold(inventory: Inventory) -> None:
    """Sixty orders want ten mugs: those that are served got what there was, to the last unit."""
    answers = await asyncio.gather(*(inventory.reserve(new_order(), {"MUG": 1}) for _ in range(60)))

    verdicts = [verdict(answer) for answer in answers]
    assert verdicts.count((200, "held")) == 10
    assert verdicts.count((409, "out-of-stock")) == 50
    assert (await inventory.available())["MUG"] == 0
    assert (await inventory.gauge())["MUG"] == 0


async def test_two_processes_on_one_database_sell_every_unit_once(tmp_path: Path) -> None:
    """Baskets of several products in any order, from two replicas: promised and left add up, nothing hangs."""
    stock = {"MUG": 40, "TEA": 40, "LAMP": 15}
    chance = Random(3)  # noqa: S311 -- the same baskets every time
    async with served(inventory_app(tmp_path, stock)) as one, served(inventory_app(tmp_path, stock)) as other:
        replicas = Inventory(one), Inventory(other)
        baskets = [
            dict(zip(chance.sample(list(stock), 3), chance.choices((1, 2, 3), k=3), strict=True)) for _ in range(50)
        ]
        orders = [(new_order(), basket) for basket in baskets]
        answers = await asyncio.gather(
            *(replicas[i % 2].reserve(order, basket) for i, (order, basket) in enumerate(orders))
        )
        sold = [basket for (_, basket), answer in zip(orders, answers, strict=True) if answer.status_code == 200]
        left = await _levels(tmp_path)

    assert {verdict(answer) for answer in answers} == {(200, "held"), (409, "out-of-stock")}
    assert left == {sku: units - sum(basket[sku] for basket in sold) for sku, units in stock.items()}
    assert min(left.values()) >= 0


async def test_one_order_asked_for_everywhere_at_once_is_reserved_once(tmp_path: Path) -> None:
    """A retry that overtakes its first attempt gets the same reservation, not a second one."""
    order = new_order()
    async with served(inventory_app(tmp_path)) as one, served(inventory_app(tmp_path)) as other:
        replicas = Inventory(one), Inventory(other)
        answers = await asyncio.gather(*(replicas[i % 2].reserve(order, {"LAMP": 2, "MUG": 1}) for i in range(16)))
        assert {verdict(answer) for answer in answers} == {(200, "held")}
        assert await _levels(tmp_path) == {"MUG": 9, "TEA": 10, "LAMP": 1}


async def test_release_and_retry_at_once_leave_nothing_held(inventory: Inventory) -> None:
    """Whichever comes first, after a release the units are back and the order is refused."""
    orders = [new_order() for _ in range(10)]
    await asyncio.gather(
        *(call for order in orders for call in (inventory.reserve(order, {"TEA": 1}), inventory.release(order)))
    )
    assert (await inventory.available())["TEA"] == 10
    for order in orders:
        assert verdict(await inventory.reserve(order, {"TEA": 1})) == (409, "reservation-released")


async def _levels(folder: Path) -> dict[str, int]:
    """Return what the database holds: a replica that has just started has cached nothing."""
    async with served(inventory_app(folder)) as fresh:
        return await Inventory(fresh).available()
