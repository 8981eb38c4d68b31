"""Events for billing and a client that asks it about them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from services.billing.app import create_app
from services.billing.settings import Settings
from services.chassis.clock import Clock
from tests.support.back_ends import database_url

Event = dict[str, Any]
Line = tuple[int, int, int]
"""Quantity, unit price in cents, tax in percent."""


def billing_app(folder: Path, clock: Clock | None = None, *, interval_s: float = 60.0) -> FastAPI:
    """Return billing with its database in `folder`; it reconciles at its start and then every `interval_s` seconds."""
    url = database_url(folder, "billing")
    return create_app(Settings(database_url=url, port=0, reconciliation_interval_s=interval_s), clock)


def placed(*lines: Line, discount_cents: int = 0, customer_id: str = "ada") -> Event:
    """Return the event of an order that was placed."""
    gross = sum(quantity * price for quantity, price, _ in lines)
    return {
        "event_id": uuid4().hex,
        "type": "order.placed",
        "order_id": uuid4().hex,
        "customer_id": customer_id,
        "occurred_at": "2025-11-22T03:00:00Z",
        "lines": [
            {"sku": f"SKU-{i}", "name": f"Thing {i}", "quantity": q, "unit_price_cents": price, "tax_percent": tax}
            for i, (q, price, tax) in enumerate(lines)
        ],
        "discount_cents": discount_cents,
        "total_cents": gross - discount_cents,
    }


def cancelled(event: Event) -> Event:
    """Return the event that cancels the order of `event`."""
    return {**event, "event_id": uuid4().hex, "type": "order.cancelled"}


class Billing:
    """What tests ask of billing."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def post(self, event: Event) -> dict[str, Any]:
        """Post an event that must be taken; return the answer."""
        response = await self.client.post("/events", json=event)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def post_all(self, events: Sequence[Event]) -> list[dict[str, Any]]:
        """Post events one after the other."""
        return [await self.post(event) for event in events]

    async def refusal(self, event: Event) -> tuple[int, str]:
        """Post an event that must be refused; return status and problem code."""
        response = await self.client.post("/events", json=event)
        return response.status_code, response.json()["type"].removeprefix("urn:problem:")

    async def balances(self) -> dict[str, int]:
        """Return the running totals that are not zero."""
        accounts = (await self.client.get("/ledger")).json()["accounts"]
        return {account["account"]: account["running_cents"] for account in accounts if account["running_cents"]}

    async def reconcile(self) -> dict[str, Any]:
        """Reconcile the whole ledger; return its state."""
        state: dict[str, Any] = (await self.client.post("/ledger/reconciliation")).json()
        return state

    async def metric(self, name: str) -> float:
        """Return the value of a metric without labels."""
        lines = (await self.client.get("/metrics")).text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))
