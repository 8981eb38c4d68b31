"""Promises of stock to orders: all or nothing, once, and given back once."""

from typing import Any

import pytest

from services.inventory import schemas
from tests.support.inventory import STOCK, Inventory, new_order, verdict

pytestmark = pytest.mark.usefixtures("back_end")


async def test_reserving_takes_units_of_every_line_at_todays_price(inventory: Inventory) -> None:
    """The answer names prices in cents, and product pages show what is left at once."""
    order = new_order()
    answer = await inventory.reserve(order, {"MUG": 2, "TEA": 1})

    reservation = schemas.Reservation.model_validate(answer.json())
    assert (reservation.order_id, reservation.state) == (order, "held")
    assert [(line.sku, line.quantity, line.unit_price_cents, line.tax_percent) for line in reservation.lines] == [
        ("MUG", 2, 1490, 20),
        ("TEA", 1, 890, 20),
    ]
    assert await inventory.available() == STOCK | {"MUG": 8, "TEA": 9}


async def test_reserving_again_changes_nothing(inventory: Inventory) -> None:
    """A repeated request gets the first answer, in whatever order its lines are, also when nothing is left."""
    order = new_order()
    first = await inventory.reserve(order, {"LAMP": 3, "TEA": 1})
    again = await inventory.reserve(order, {"TEA": 1, "LAMP": 3})

    assert (again.status_code, again.json()) == (200, first.json())
    assert await inventory.available() == STOCK | {"LAMP": 0, "TEA": 9}


async def test_an_order_cannot_change_what_it_reserved(inventory: Inventory) -> None:
    """Other lines under the same order are refused, held or committed."""
    order = new_order()
    await inventory.reserve(order, {"MUG": 2})
    assert verdict(await inventory.reserve(order, {"MUG": 3})) == (409, "reservation-conflict")
    await inventory.commit(order)
    assert verdict(await inventory.reserve(order, {"MUG": 2, "TEA": 1})) == (409, "reservation-conflict")
    assert verdict(await inventory.reserve(order, {"MUG": 2})) == (200, "committed")
    assert await inventory.available() == STOCK | {"MUG": 8}


async def test_too_little_stock_refuses_the_whole_order_and_names_every_shortage(inventory: Inventory) -> None:
    """Nothing is taken, and the order may ask again for less."""
    order = new_order()
    answer = await inventory.reserve(order, {"MUG": 11, "TEA": 2, "LAMP": 4})

    assert verdict(answer) == (409, "out-of-stock")
    shortages = sorted(answer.json()["shortages"], key=lambda shortage: str(shortage["sku"]))
    assert shortages == [
        {"sku": "LAMP", "requested": 4, "available": 3},
        {"sku": "MUG", "requested": 11, "available": 10},
    ]
    assert await inventory.available() == STOCK
    assert verdict(await inventory.reserve(order, {"TEA": 2})) == (200, "held")


async def test_what_is_not_on_sale_cannot_be_reserved(inventory: Inventory) -> None:
    """An unknown SKU refuses the whole order and is named."""
    answer = await inventory.reserve(new_order(), {"MUG": 1, "UNICORN": 1})
    assert verdict(answer) == (404, "unknown-sku")
    assert answer.json()["sku"] == "UNICORN"
    assert await inventory.available() == STOCK


@pytest.mark.parametrize("committed", [False, True])
async def test_released_units_come_back_once(inventory: Inventory, *, committed: bool) -> None:
    """Also those that had left the house; a second release finds nothing to give back."""
    order = new_order()
    await inventory.reserve(order, {"MUG": 4})
    if committed:
        await inventory.commit(order)
    answers = [await inventory.release(order) for _ in range(3)]

    assert [verdict(answer) for answer in answers] == 3 * [(200, "released")]
    assert answers[0].json() == answers[2].json()
    assert await inventory.available() == STOCK
    assert verdict(await inventory.reserve(order, {"MUG": 4})) == (409, "reservation-released")
    assert verdict(await inventory.commit(order)) == (409, "reservation-released")


async def test_a_release_that_overtakes_its_reservation_wins(inventory: Inventory) -> None:
    """The late request is refused, so that units are not held for an order that has ended."""
    order = new_order()
    assert verdict(await inventory.release(order)) == (200, "released")
    assert verdict(await inventory.reserve(order, {"MUG": 1})) == (409, "reservation-released")
    assert await inventory.available() == STOCK


async def test_committing_again_changes_nothing(inventory: Inventory) -> None:
    """Units leave once; an order that never reserved is unknown."""
    order = new_order()
    await inventory.reserve(order, {"MUG": 4})
    answers = [await inventory.commit(order) for _ in range(2)]
    assert [verdict(answer) for answer in answers] == 2 * [(200, "committed")]
    assert await inventory.available() == STOCK | {"MUG": 6}
    assert verdict(await inventory.commit(new_order())) == (404, "not-found")


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [{"sku": "MUG", "quantity": 0}],
        [{"sku": "MUG", "quantity": 100}],
        [{"sku": "MUG", "quantity": 1.5}],
        [{"sku": "mug", "quantity": 1}],
        [{"sku": "MUG", "quantity": 1}, {"sku": "MUG", "quantity": 2}],
        [{"sku": "MUG", "quantity": 1, "price_cents": 1}],
        [{"sku": f"SKU-{i}", "quantity": 1} for i in range(21)],
    ],
)
async def test_lines_that_make_no_sense_are_refused(inventory: Inventory, lines: list[dict[str, Any]]) -> None:
    """The problem says where and what is wrong."""
    answer = await inventory.client.put(f"/reservations/{new_order()}", json={"lines": lines})
    assert verdict(answer) == (422, "invalid-request")
    assert answer.json()["errors"][0]["where"].startswith("body.lines")


async def test_metrics_show_stock_and_what_became_of_reservations(inventory: Inventory) -> None:
    """The gauge follows every change, and each outcome is counted."""
    orders = [new_order() for _ in range(3)]
    for order in orders:
        await inventory.reserve(order, {"MUG": 3})
    await inventory.commit(orders[0])
    await inventory.release(orders[1])
    await inventory.reserve(new_order(), {"MUG": 9})

    assert (await inventory.gauge())["MUG"] == 4
    metrics = (await inventory.client.get("/metrics")).text
    for outcome, count in {"held": 3, "committed": 1, "released": 1, "out_of_stock": 1}.items():
        assert f'stock_reservations_total{{outcome="{outcome}"}} {count}.0' in metrics
