"""A gateway and the neighbours it is given."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from fastapi import FastAPI

from services.gateway.app import create_app
from services.gateway.settings import Settings
from tests.support.scripted import Scripted, fails

ORDER, INVENTORY, BILLING = "order-service", "inventory-service", "billing-service"
CHECKOUT = {"customer_id": "ada", "lines": [{"sku": "MUG", "quantity": 2}], "card_token": "card-4242"}
PLACED = {
    "order_id": "3f2b8c1d9e4a4f6b8d7c5a1e0f9b2c3d",
    "customer_id": "ada",
    "status": "confirmed",
    "needs_review": False,
    "lines": [{"sku": "MUG", "name": "Mug", "quantity": 2, "unit_price_cents": 1490, "tax_percent": 20}],
    "discount_cents": 0,
    "total_cents": 2980,
    "currency": "EUR",
    "placed_at": "2026-03-01T03:00:01Z",
}


class Switchable(httpx.AsyncBaseTransport):
    """The way to a neighbour: it can be cut, or lead to one that takes requests and never answers."""

    def __init__(self, to: httpx.AsyncBaseTransport) -> None:
        self.to = to
        self.is_cut = False
        self.is_silent = False
        self.silences = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, or fail as networks do."""
        if self.is_cut:
            raise httpx.ConnectError("nobody listens", request=request)
        if self.is_silent:
            self.silences += 1
            timeout_s: float = request.extensions["timeout"]["read"]
            await asyncio.sleep(timeout_s)  # the silence
            raise httpx.ReadTimeout("no answer", request=request)
        return await self.to.handle_async_request(request)


def products(*available: tuple[str, int]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return inventory's list of products: a SKU and its units each."""
    return {
        "products": [
            {
                "sku": sku,
                "name": sku.title(),
                "description": "",
                "price_cents": 1490,
                "tax_percent": 20,
                "available": units,
                "as_of": "2026-03-01T03:00:00Z",
                "lead_time_days": 4,
            }
            for sku, units in available
        ]
    }


def gateway_app(network: Mapping[str, httpx.AsyncBaseTransport], **settings: object) -> FastAPI:
    """Return a gateway; neighbours that `network` lacks cannot be reached."""
    nobody = Scripted(fails(httpx.ConnectError))
    transports = {peer: network.get(peer, nobody) for peer in (ORDER, INVENTORY, BILLING)}
    urls = {"order_url": "http://order", "inventory_url": "http://inventory", "billing_url": "http://billing"}
    return create_app(
        Settings.model_validate({"products_interval_s": 3600.0, **urls, **settings}), transports=transports
    )


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix("urn:problem:")
