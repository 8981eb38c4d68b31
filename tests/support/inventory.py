"""Inventory as a test talks to it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from services.chassis.settings import PeerLimits
from services.inventory.app import SUPPLIER, create_app
from services.inventory.settings import Settings
from tests.support.back_ends import database_url

PRICES = {"MUG": 1490, "TEA": 890, "LAMP": 5990}
STOCK = {"MUG": 10, "TEA": 10, "LAMP": 3}
LONG_S = 3600.0


def no_supplier(request: httpx.Request) -> httpx.Response:
    """Answer as nobody does."""
    raise httpx.ConnectError("nobody listens", request=request)


def inventory_app(
    folder: Path,
    stock: Mapping[str, int] = STOCK,
    *,
    supplier: httpx.AsyncBaseTransport | None = None,
    restock_below: int = 0,
    restock_interval_s: float = LONG_S,
    cache_ttl_s: float = LONG_S,
    count_interval_s: float = LONG_S,
) -> FastAPI:
    """Return inventory with its database in `folder` and, when that is new, `stock` on sale."""
    products_file = folder / "products.json"
    products_file.write_text(json.dumps([_product(sku, units) for sku, units in stock.items()]))
    settings = Settings(
        database_url=database_url(folder, "inventory"),
        products_file=products_file,
        supplier_url="http://supplier",
        supplier=PeerLimits(breaker_failures=5, breaker_reset_s=0.05),
        cache_ttl_s=cache_ttl_s,
        restock_below=restock_below,
        restock_units=50,
        restock_interval_s=restock_interval_s,
        count_interval_s=count_interval_s,
    )
    return create_app(settings, transports={SUPPLIER: supplier or httpx.MockTransport(no_supplier)})


def _product(sku: str, units: int) -> dict[str, Any]:
    price_cents = PRICES.get(sku, 100)
    return {
        "sku": sku,
        "name": sku.title(),
        "description": "",
        "price_cents": price_cents,
        "tax_percent": 20,
        "units": units,
    }


def new_order() -> str:
    """Return an order id that nobody has used."""
    return uuid4().hex


class Inventory:
    """What tests ask of inventory. Lines are written `{"MUG": 2}`."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def reserve(self, order_id: str, lines: Mapping[str, int]) -> httpx.Response:
        """Ask for units."""
        body = {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines.items()]}
        return await self.client.put(f"/reservations/{order_id}", json=body)

    async def release(self, order_id: str) -> httpx.Response:
        """Give units back."""
        return await self.client.post(f"/reservations/{order_id}/release")

    async def commit(self, order_id: str) -> httpx.Response:
        """Let units leave."""
        return await self.client.post(f"/reservations/{order_id}/commit")

    async def available(self) -> dict[str, int]:
        """Return the units that product pages show, by SKU."""
        products = (await self.client.get("/products")).json()["products"]
        return {product["sku"]: product["available"] for product in products}

    async def gauge(self) -> dict[str, int]:
        """Return the units that metrics show, by SKU."""
        lines = (await self.client.get("/metrics")).text.splitlines()
        samples = [line.split() for line in lines if line.startswith("stock_units{")]
        return {name.split('"')[1]: int(float(value)) for name, value in samples}


def verdict(answer: httpx.Response) -> tuple[int, str]:
    """Return the status with the state of the reservation, or with the problem's code."""
    body = answer.json()
    return answer.status_code, body.get("state") or body["type"].removeprefix("urn:problem:")
