"""Checking out through the public API: every answer of the order service reaches the customer, and retries are safe."""

from typing import Any

import httpx
import pytest

from services.gateway import schemas
from tests.support.gateway import BILLING, CHECKOUT, ORDER, PLACED, code_of, gateway_app
from tests.support.scripted import Answer, Scripted, fails, says
from tests.support.served import served

NO_CONNECTION = fails(httpx.ConnectError)


def problem(status: int, code: str, **members: Any) -> Answer:
    """Answer with a problem."""
    return says(
        status, {"type": f"urn:problem:{code}", "title": code.title(), "status": status, "detail": "why", **members}
    )


async def test_an_order_is_placed_under_the_customers_key() -> None:
    """Body and key are passed on as they came; the answer is the order, with the key."""
    order = Scripted(says(201, PLACED))
    async with served(gateway_app({ORDER: order})) as client:
        answer = await client.post("/orders", json=CHECKOUT, headers={"Idempotency-Key": "ada/7"})

    assert (answer.status_code, answer.json()) == (201, PLACED)
    assert schemas.Order.model_validate(answer.json()).total_cents == 2980
    assert answer.headers["idempotency-key"] == "ada/7"
    (request,) = order.requests
    assert (request.method, request.url.path, request.headers["idempotency-key"]) == ("POST", "/orders", "ada/7")
    assert httpx.Response(200, content=request.content).json() == CHECKOUT


async def test_without_a_key_the_gateways_own_retries_are_still_one_order() -> None:
    """A lost connection is tried again under one made-up key, which the customer is told."""
    order = Scripted(NO_CONNECTION, fails(httpx.ReadError), says(201, PLACED))
    async with served(gateway_app({ORDER: order})) as client:
        answer = await client.post("/orders", json=CHECKOUT)

    keys = {request.headers["idempotency-key"] for request in order.requests}
    assert answer.status_code == 201
    assert (len(order.requests), keys) == (3, {answer.headers["idempotency-key"]})


async def test_two_customers_without_a_key_get_different_ones() -> None:
    """What is made up never collides."""
    async with served(gateway_app({ORDER: Scripted(says(201, PLACED))})) as client:
        answers = [await client.post("/orders", json=CHECKOUT) for _ in range(2)]
    assert len({answer.headers["idempotency-key"] for answer in answers}) == 2


async def test_an_order_of_unknown_fate_names_the_key_to_ask_again_with() -> None:
    """When order cannot be reached at all, the problem carries the key and says when to come back."""
    order = Scripted(NO_CONNECTION)
    async with served(gateway_app({ORDER: order})) as client:
        answer = await client.post("/orders", json=CHECKOUT)

    assert code_of(answer) == (503, "neighbour-unavailable")
    assert answer.headers["retry-after"] == "1"
    assert {request.headers["idempotency-key"] for request in order.requests} == {answer.json()["idempotency_key"]}


@pytest.mark.parametrize("key", ["", " ", "two words", "ünïcode".encode(), "tab\tbed", 81 * "k"])
async def test_a_key_that_is_no_key_is_refused(key: str | bytes) -> None:
    """1 to 80 visible ASCII characters, and the order service is not bothered with anything else."""
    order = Scripted(says(201, PLACED))
    async with served(gateway_app({ORDER: order})) as client:
        answer = await client.post("/orders", json=CHECKOUT, headers=[(b"Idempotency-Key", key)])  # type: ignore[arg-type]
        longest = await client.post("/orders", json=CHECKOUT, headers={"Idempotency-Key": 80 * "~"})
    assert code_of(answer) == (422, "invalid-request")
    assert longest.status_code == 201
    assert len(order.requests) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"customer_id": "Ada Lovelace"},
        {"customer_id": ""},
        {"lines": []},
        {"lines": [{"sku": "MUG", "quantity": 100}]},
        {"lines": [{"sku": "MUG", "quantity": 1}, {"sku": "MUG", "quantity": 1}]},
        {"lines": [{"sku": "../orders", "quantity": 1}]},
        {"card_token": ""},
        {"discount_cents": 500},
    ],
)
async def test_a_checkout_that_makes_no_sense_stops_at_the_gateway(change: dict[str, Any]) -> None:
    """The problem says where and what is wrong; nothing behind is asked."""
    order = Scripted(says(201, PLACED))
    async with served(gateway_app({ORDER: order})) as client:
        answer = await client.post("/orders", json=CHECKOUT | change)
    assert code_of(answer) == (422, "invalid-request")
    assert answer.json()["errors"][0]["where"].startswith(f"body.{next(iter(change))}")
    assert order.requests == []


@pytest.mark.parametrize(
    ("status", "code", "members"),
    [
        (402, "payment-declined", {}),
        (404, "unknown-sku", {"sku": "MUG"}),
        (409, "out-of-stock", {"shortages": [{"sku": "MUG", "requested": 2, "available": 1}]}),
        (422, "idempotency-key-reused", {}),
    ],
)
async def test_a_refusal_reaches_the_customer_whole(status: int, code: str, members: dict[str, Any]) -> None:
    """Status, type, title, detail and every further member, asked for once."""
    order = Scripted(problem(status, code, **members))
    async with served(gateway_app({ORDER: order})) as client:
        answer = await client.post("/orders", json=CHECKOUT, headers={"Idempotency-Key": "k"})
    assert code_of(answer) == (status, code)
    expected = {"type": f"urn:problem:{code}", "title": code.title(), "status": status, "detail": "why", **members}
    assert answer.json() == {**expected, "idempotency_key": "k"}
    assert len(order.requests) == 1


async def test_when_to_ask_again_is_passed_on() -> None:
    """An order that is being placed says how long that may take."""

    async def in_progress(request: httpx.Request) -> httpx.Response:
        response = await problem(409, "order-in-progress")(request)
        response.headers["Retry-After"] = "3"
        return response

    async with served(gateway_app({ORDER: Scripted(in_progress)})) as client:
        answer = await client.post("/orders", json=CHECKOUT)
    assert (code_of(answer), answer.headers["retry-after"]) == ((409, "order-in-progress"), "3")


async def test_a_refusal_that_is_no_problem_document_becomes_one() -> None:
    """Whatever a proxy in between answers, the customer gets problem+json with its status."""

    async def teapot(_: httpx.Request) -> httpx.Response:
        return httpx.Response(418, text="<h1>I'm a teapot</h1>")

    async with served(gateway_app({ORDER: Scripted(teapot)})) as client:
        answer = await client.get(f"/orders/{PLACED['order_id']}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["status"], answer.json()["type"]) == (418, "about:blank")


async def test_orders_are_read_cancelled_and_listed() -> None:
    """The three remaining questions about orders go where they belong, paging included."""
    order = Scripted(says(200, PLACED), says(200, PLACED), says(200, {"orders": [PLACED], "next_before": "40"}))
    async with served(gateway_app({ORDER: order})) as client:
        read = await client.get(f"/orders/{PLACED['order_id']}")
        cancelled = await client.post(f"/orders/{PLACED['order_id']}/cancel")
        listed = await client.get("/customers/ada/orders", params={"limit": 1, "before": "41"})

    assert read.json() == cancelled.json() == PLACED
    assert schemas.Orders.model_validate(listed.json()).next_before == "40"
    assert [f"{request.method} {request.url.raw_path.decode()}" for request in order.requests] == [
        f"GET /orders/{PLACED['order_id']}",
        f"POST /orders/{PLACED['order_id']}/cancel",
        "GET /customers/ada/orders?limit=1&before=41",
    ]


async def test_without_billing_only_invoices_are_missing() -> None:
    """A problem that says so, while everything else goes on."""
    network = {ORDER: Scripted(says(201, PLACED)), BILLING: Scripted(says(500, {}))}
    async with served(gateway_app(network)) as client:
        invoices = await client.get("/customers/ada/invoices")
        placed = await client.post("/orders", json=CHECKOUT)
    assert (code_of(invoices), invoices.headers["retry-after"]) == ((503, "neighbour-unavailable"), "1")
    assert placed.status_code == 201
