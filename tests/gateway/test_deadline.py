"""A request has five seconds, or less when its caller says so, and whoever is asked next learns what is left."""

import asyncio

import httpx
import pytest

from tests.support.gateway import BILLING, CHECKOUT, INVENTORY, ORDER, PLACED, code_of, gateway_app, products
from tests.support.scripted import Scripted, fails, never, says
from tests.support.served import served

HEADER = "X-Request-Timeout-Ms"


@pytest.mark.parametrize(
    ("asked_ms", "least_ms", "most_ms"), [(None, 2_501, 5_000), (2_500, 1, 2_500), (60_000, 2_501, 5_000)]
)
async def test_the_time_left_travels(asked_ms: int | None, least_ms: int, most_ms: int) -> None:
    """Five seconds by default; a caller can ask for less, not for more."""
    order = Scripted(says(201, PLACED))
    headers = {} if asked_ms is None else {HEADER: str(asked_ms)}
    async with served(gateway_app({ORDER: order})) as client:
        await client.post("/orders", json=CHECKOUT, headers=headers)
    assert least_ms <= int(order.requests[0].headers[HEADER]) <= most_ms


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/products"),
        ("GET", "/products/MUG"),
        ("POST", "/orders"),
        ("GET", f"/orders/{PLACED['order_id']}"),
        ("POST", f"/orders/{PLACED['order_id']}/cancel"),
        ("GET", "/customers/ada/orders"),
        ("GET", "/customers/ada/invoices"),
    ],
)
async def test_every_question_has_its_time(method: str, path: str) -> None:
    """Whatever is asked, the service behind learns that at most this gateway's time is left."""
    behind = Scripted(says(200, {"sku": "MUG", **PLACED, **products(("MUG", 3))}))
    app = gateway_app(dict.fromkeys((ORDER, INVENTORY, BILLING), behind), request_timeout_s=4.0)
    async with served(app) as client:
        body = CHECKOUT if path == "/orders" else None
        await client.request(method, path, json=body)
        asked = [request for request in behind.requests if request.url.path == path]
    assert all(0 < int(request.headers[HEADER]) <= 4_000 for request in asked[-1:])
    assert asked


async def test_a_second_attempt_gets_what_the_first_one_left() -> None:
    """Retries do not start the clock again."""

    async def slowly_fails(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.2)  # a slow neighbour
        raise httpx.ReadError("connection reset", request=request)

    order = Scripted(slowly_fails, says(201, PLACED))
    async with served(gateway_app({ORDER: order})) as client:
        answer = await client.post("/orders", json=CHECKOUT, headers={HEADER: "4500"})
    first, second = (int(request.headers[HEADER]) for request in order.requests)
    assert answer.status_code == 201
    assert second <= first - 200


async def test_an_order_service_that_never_answers_costs_the_deadline_and_no_more() -> None:
    """504 with the key to ask again with, within the time the caller gave; no second attempt beside the first."""
    order = Scripted(never)
    app = gateway_app({ORDER: order}, request_timeout_s=3600.0, order={"timeout_s": 3600.0})
    async with served(app) as client:
        answer = await client.post("/orders", json=CHECKOUT, headers={HEADER: "1500", "Idempotency-Key": "k"})

    assert code_of(answer)[0] == 504
    assert (answer.json()["idempotency_key"], answer.headers["retry-after"]) == ("k", "1")
    assert len(order.requests) == 1


async def test_retries_end_with_the_deadline() -> None:
    """However many attempts are allowed, none starts after the caller's time."""
    order = Scripted(fails(httpx.ConnectError))
    app = gateway_app({ORDER: order}, order={"attempts": 10, "breaker_failures": 100})
    async with served(app) as client:
        answer = await client.get(f"/orders/{PLACED['order_id']}", headers={HEADER: "120"})
    assert answer.status_code in {503, 504}
    assert answer.headers["retry-after"] == "1"
    assert len(order.requests) < 10


async def test_a_request_that_arrives_too_late_is_not_passed_on() -> None:
    """Its caller has gone; the work would be for nobody."""
    order = Scripted(never)
    async with served(gateway_app({ORDER: order})) as client:
        answer = await client.post("/orders", json=CHECKOUT, headers={HEADER: "0"})
    assert code_of(answer) == (504, "deadline-exceeded")
    assert order.requests == []
