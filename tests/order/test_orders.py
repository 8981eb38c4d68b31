"""Orders can be shown, cancelled and settled, each in the states in which that makes sense."""

import asyncio

import pytest
from sqlalchemy import event

from services.order.domain import ACCEPTED, CANCELLABLE, SETTLED, Settlement, Status
from tests.support.platform import ORDER, Json, Platform

pytestmark = pytest.mark.usefixtures("back_end")


async def placed(platform: Platform, status: Status = Status.CONFIRMED) -> str:
    """Place an order and put it into a status; return its id."""
    order_id: str = (await platform.place()).json()["order_id"]
    platform.change("order", "UPDATE orders SET status = :to WHERE order_id = :id", {"to": status, "id": order_id})
    return order_id


async def page(platform: Platform, customer: str, query: str = "") -> Json:
    """Return a page of a customer's orders."""
    answer = await platform.ask("GET", f"/customers/{customer}/orders{query}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def events(platform: Platform, order_id: str) -> list[str]:
    """Return the events about an order that were published, in order, once all are."""
    await platform.sent()
    published = [delivery.message for delivery in await platform.queue.take()]
    return [message.topic for message in published if message.id.startswith(order_id)]


async def test_an_order_that_nobody_placed_is_not_found(platform: Platform) -> None:
    """With a problem that says so, whatever is asked of it."""
    for method, path in (("GET", ""), ("POST", "/cancel")):
        answer = await platform.ask(method, f"/orders/{'0' * 32}{path}")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:problem:not-found")
    settlement = await platform.ask("POST", f"/orders/{'0' * 32}/settlement", json={"outcome": "paid"})
    assert settlement.status_code == 404
    assert (await platform.ask("GET", "/orders/not-an-id")).status_code == 422


@pytest.mark.parametrize("status", Status)
async def test_an_order_is_cancelled_in_the_states_that_allow_it(platform: Platform, status: Status) -> None:
    """Once: a second cancellation changes nothing and publishes nothing. Otherwise the customer is told why not."""
    order_id = await placed(platform, status)
    answers = [await platform.ask("POST", f"/orders/{order_id}/cancel") for _ in range(2)]
    if status in CANCELLABLE:
        assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, "cancelled")] * 2
        assert await events(platform, order_id) == ["order.placed", "order.cancelled"]
    else:
        expected = 200 if status is Status.CANCELLED else 409
        assert [answer.status_code for answer in answers] == [expected] * 2
        assert (await platform.order(order_id))["status"] == status
        assert await events(platform, order_id) == ["order.placed"]


@pytest.mark.parametrize("outcome", Settlement)
@pytest.mark.parametrize("status", Status)
async def test_only_accepted_orders_are_settled(platform: Platform, status: Status, outcome: Settlement) -> None:
    """Any other has moved on and stays as it is; one that is not to be carried out after all is undone, once."""
    order_id = await placed(platform, status)
    for _ in range(2):
        answer = await platform.ask("POST", f"/orders/{order_id}/settlement", json={"outcome": outcome})
        assert answer.status_code == (409 if status is Status.PLACING else 200)
    now = (await platform.order(order_id))["status"]
    assert now == (SETTLED[outcome] if status in ACCEPTED else status)
    undone = ["order.cancelled"] if status in ACCEPTED and outcome is not Settlement.PAID else []
    assert await events(platform, order_id) == ["order.placed", *undone]


async def test_of_a_cancellation_and_a_settlement_one_comes_first(platform: Platform) -> None:
    """Twenty times both at once: the order ends cancelled, with one event that undoes it."""

    async def race() -> None:
        order_id = await placed(platform)
        await asyncio.gather(
            platform.ask("POST", f"/orders/{order_id}/cancel"),
            platform.ask("POST", f"/orders/{order_id}/settlement", json={"outcome": "paid"}),
            platform.ask("POST", f"/orders/{order_id}/cancel"),
        )
        assert (await platform.order(order_id))["status"] == "cancelled"
        assert await events(platform, order_id) == ["order.placed", "order.cancelled"]

    for _ in range(20):
        await race()


async def test_history_has_every_order_once_latest_first(platform: Platform) -> None:
    """Page by page, also while orders come in; other customers' orders are not among them."""
    placed_ids = [(await platform.place(by="ada", lines={"MUG": 1, "TEA": 2})).json()["order_id"] for _ in range(7)]
    await platform.place(by="grace")
    seen: list[str] = []
    query = "?limit=3"
    while True:
        found = await page(platform, "ada", query)
        seen += [order["order_id"] for order in found["orders"]]
        assert all(len(order["lines"]) == 2 for order in found["orders"])
        await platform.place(by="ada")
        if found["next_before"] is None:
            break
        query = f"?limit=3&before={found['next_before']}"
    assert seen == placed_ids[::-1]


async def test_history_costs_two_queries_however_long_it_is(platform: Platform) -> None:
    """One for the orders, one for all their lines."""
    for _ in range(6):
        await platform.place(by="ada", lines={"MUG": 1, "TEA": 1})
    statements: list[str] = []
    engine = platform.app(ORDER).state.operations._database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    assert len((await page(platform, "ada"))["orders"]) == 6
    assert len([text for text in statements if "FROM orders" in text and "customer_id =" in text]) == 1
    assert len([text for text in statements if "FROM order_lines" in text]) == 1


async def test_an_empty_history_is_a_page_without_orders(platform: Platform) -> None:
    """And a page beyond the first order too."""
    assert await page(platform, "nobody") == {"orders": [], "next_before": None}
    await platform.place(by="ada")
    assert (await page(platform, "ada", "?before=1"))["orders"] == []


@pytest.mark.parametrize("query", ["?limit=0", "?limit=101", "?before=yesterday", f"?before={2**63}"])
async def test_a_page_that_cannot_be_is_refused(platform: Platform, query: str) -> None:
    """With reasons."""
    answer = await platform.ask("GET", f"/customers/ada/orders{query}")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:problem:invalid-request")


async def test_known_prices_follow_the_inventory(platform: Platform) -> None:
    """A new price is known after the next refresh."""
    platform.change("order", "UPDATE known_prices SET unit_price_cents = 1, name = 'Old' WHERE sku = 'MUG'")
    platform.clock.advance(31)
    await platform.stop(ORDER)
    await platform.start_order()
    await platform.until(
        "the price to be right",
        lambda books: books.count("order", "SELECT unit_price_cents FROM known_prices WHERE sku = 'MUG'") == 1490,
    )
