"""An order is taken when its stock is reserved and its payment authorised; otherwise the customer is told why not."""

from typing import Any

import httpx
import pytest

from tests.support.platform import INVENTORY, ORDER, PAYMENT, PROVIDER, Platform

pytestmark = pytest.mark.usefixtures("back_end")


def code(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix("urn:problem:")


async def metric(platform: Platform, name: str) -> float:
    """Return a sample of the order service's metrics; 0 when it is not there."""
    lines = (await platform.ask("GET", "/metrics")).text.splitlines()
    return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"{name} ")), 0.0)


async def test_an_order_is_confirmed_with_prices_and_discount(platform: Platform) -> None:
    """The answer says everything, and asking for the order says the same."""
    answer = await platform.place(lines={"MUG": 2, "LAMP": 3}, by="grace")
    assert answer.status_code == 201
    order = answer.json()
    assert [(line["sku"], line["quantity"], line["unit_price_cents"]) for line in order["lines"]] == [
        ("MUG", 2, 1490),
        ("LAMP", 3, 5990),
    ]
    assert (order["discount_cents"], order["total_cents"], order["currency"]) == (1048, 19_902, "EUR")
    assert (order["status"], order["needs_review"], order["customer_id"]) == ("confirmed", False, "grace")
    assert order["placed_at"].endswith("Z")
    assert await platform.order(order["order_id"]) == order
    assert platform.ledger(order["order_id"]) == [("authorisation", 19_902)]
    assert platform.available("MUG") == 4998


async def test_a_declined_card_takes_nothing(platform: Platform) -> None:
    """The stock is back before the customer is told, and the order is kept as declined."""
    answer = await platform.place(card="tok-0002")
    assert code(answer) == (402, "payment-declined")
    assert platform.available("MUG") == 5000
    order = await platform.order(answer.json()["order_id"])
    assert (order["status"], order["total_cents"]) == ("declined", 1490)
    assert platform.books().count("order", "SELECT count(*) FROM outbox") == 0


async def test_too_little_stock_is_told_by_line(platform: Platform) -> None:
    """Nothing is reserved, nothing authorised."""
    answer = await platform.place(lines={"MUG": 1, "RARE": 3})
    assert code(answer) == (409, "out-of-stock")
    assert answer.json()["shortages"] == [{"sku": "RARE", "requested": 3, "available": 2}]
    assert platform.available("MUG") == 5000
    assert platform.books().count("provider", "SELECT count(*) FROM card_ledger") == 0


async def test_an_unknown_product_is_refused(platform: Platform) -> None:
    """As the inventory has it."""
    assert code(await platform.place(lines={"NO-SUCH": 1})) == (404, "unknown-sku")


@pytest.mark.parametrize("away", [(ORDER, PAYMENT), (PAYMENT, PROVIDER)])
async def test_without_the_card_network_an_order_waits_for_payment(platform: Platform, away: tuple[str, str]) -> None:
    """It is taken; whether the payment service or the network behind it is away makes no difference."""
    platform.weather[away].cut = True
    answer = await platform.place()
    assert (answer.status_code, answer.json()["status"]) == (201, "payment_pending")


async def test_a_payment_whose_answer_is_lost_counts_as_pending(platform: Platform) -> None:
    """It may have been authorised: the worker finds out."""
    platform.weather[ORDER, PAYMENT].deaf = True
    answer = await platform.place()
    assert (answer.status_code, answer.json()["status"]) == (201, "payment_pending")
    platform.weather[ORDER, PAYMENT].deaf = False
    await platform.start_worker()
    await platform.settled()
    assert platform.ledger(answer.json()["order_id"]) == [("authorisation", 1490), ("capture", 1490)]


@pytest.mark.parametrize("trouble", ["cut", "deaf"])
async def test_without_the_inventory_an_order_is_taken_at_the_known_prices(platform: Platform, trouble: str) -> None:
    """It is marked for review until somebody has asked for its stock."""
    setattr(platform.weather[ORDER, INVENTORY], trouble, True)
    answer = await platform.place(lines={"MUG": 2})
    order = answer.json()
    assert (answer.status_code, order["status"], order["needs_review"]) == (201, "confirmed", True)
    assert (order["lines"][0]["unit_price_cents"], order["total_cents"]) == (1490, 2980)
    assert await metric(platform, 'stale_answers_total{resource="prices"}') == 1


async def test_without_the_inventory_an_unknown_product_is_not_sold(platform: Platform) -> None:
    """Nobody knows what it costs: the customer may try again."""
    platform.weather[ORDER, INVENTORY].cut = True
    answer = await platform.place(lines={"NO-SUCH": 1})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


async def test_a_declined_card_without_the_inventory_is_made_up_for_later(platform: Platform) -> None:
    """The reservation whose answer was lost is released when the inventory can be reached again."""
    platform.weather[ORDER, INVENTORY].deaf = True
    answer = await platform.place(card="tok-0002")
    assert code(answer) == (402, "payment-declined")
    platform.weather[ORDER, INVENTORY].deaf = False
    await platform.start_worker()
    await platform.settled()
    assert await platform.findings() == []
    assert platform.available("MUG") == 5000


async def test_nothing_is_completed_for_a_customer_who_has_stopped_waiting(platform: Platform) -> None:
    """When the time is up the order is not taken; with the same key it is taken up again."""
    request: dict[str, Any] = {
        "json": {"customer_id": "ada", "lines": [{"sku": "MUG", "quantity": 1}], "card_token": "tok-visa"},
        "headers": {"Idempotency-Key": "impatient"},
    }
    hurried = {"headers": {**request["headers"], "X-Request-Timeout-Ms": "1"}}
    assert (await platform.ask("POST", "/orders", **{**request, **hurried})).status_code == 504
    assert platform.books().count("order", "SELECT count(*) FROM orders WHERE status != 'placing'") == 0
    assert (await platform.ask("POST", "/orders", **request)).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"lines": []},
        {"lines": [{"sku": "MUG", "quantity": 1}] * 2},
        {"lines": [{"sku": "MUG", "quantity": 0}]},
        {"lines": [{"sku": "MUG", "quantity": 100}]},
        {"lines": [{"sku": "mug", "quantity": 1}]},
        {"lines": [{"sku": f"S-{number}", "quantity": 1} for number in range(21)]},
        {"customer_id": "Ada Lovelace"},
        {"card_token": ""},
        {"card_token": "tok\u0000visa"},
        {"colour": "red"},
    ],
)
async def test_a_request_that_makes_no_sense_is_refused_with_reasons(
    platform: Platform, change: dict[str, object]
) -> None:
    """Before anything is stored."""
    body = {"customer_id": "ada", "lines": [{"sku": "MUG", "quantity": 1}], "card_token": "tok-visa", **change}
    answer = await platform.ask("POST", "/orders", json=body)
    assert code(answer) == (422, "invalid-request")
    assert platform.books().count("order", "SELECT count(*) FROM orders") == 0


async def test_orders_and_revenue_are_counted_by_outcome(platform: Platform) -> None:
    """An order is revenue when its payment is sure."""
    await platform.place(lines={"MUG": 2})
    await platform.place(card="tok-0002")
    platform.weather[PAYMENT, PROVIDER].cut = True
    await platform.place(lines={"TEA": 1})
    assert await metric(platform, 'orders_total{outcome="confirmed"}') == 1
    assert await metric(platform, 'orders_total{outcome="declined"}') == 1
    assert await metric(platform, 'orders_total{outcome="payment_pending"}') == 1
    assert await metric(platform, "order_revenue_cents_total") == 2980
    platform.weather[PAYMENT, PROVIDER].cut = False
    await platform.start_worker()
    await platform.settled()
    assert await metric(platform, 'orders_total{outcome="fulfilled"}') == 2
    assert await metric(platform, "order_revenue_cents_total") == 2980 + 890


async def test_the_service_describes_itself(platform: Platform) -> None:
    """Every operation has its errors, and money its unit."""
    described = (await platform.ask("GET", "/openapi.json")).json()
    assert {"201", "402", "404", "409", "422", "503", "504"} <= set(described["paths"]["/orders"]["post"]["responses"])
    assert "cents" in described["components"]["schemas"]["OrderView"]["properties"]["total_cents"]["description"]
    assert (await platform.ask("GET", "/ready")).status_code == 200
