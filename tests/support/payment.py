"""A payment service and the card network behind it, in the test's own process."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import httpx
from fastapi import FastAPI

from services.chassis.settings import PeerLimits
from services.payment.app import PROVIDER, create_app
from services.payment.operations import Operations
from services.payment.settings import Settings
from tests.support.back_ends import database_url
from tests.support.card_network import GOOD_CARD, CardNetwork, provider_app
from tests.support.served import served

Between = TypeVar("Between", bound=httpx.AsyncBaseTransport)
PATIENT = PeerLimits(timeout_s=20, attempts=1, breaker_failures=1_000_000)


def payment_app(
    folder: Path, transport: httpx.AsyncBaseTransport, limits: PeerLimits = PATIENT, **recovery: float
) -> FastAPI:
    """Return a payment service that keeps its table in `folder`; its recovery only runs when told to, unless set."""
    settings = Settings.model_validate(
        {
            "database_url": database_url(folder, "payment"),
            "card_network_url": "http://payment-provider",
            "card_network": limits,
            "recovery_interval_s": 3600,
            "reconciliation_interval_s": 3600,
            **recovery,
        }
    )
    return create_app(settings, transports={PROVIDER: transport})


class Payment:
    """The payment of one order, as a neighbour asks for it."""

    def __init__(self, client: httpx.AsyncClient, order_id: str, amount_cents: int = 1000) -> None:
        self.client = client
        self.order_id = order_id
        self.amount_cents = amount_cents
        self.card = GOOD_CARD

    async def authorise(self, **headers: str) -> httpx.Response:
        """PUT the payment."""
        return await self.client.put(f"/payments/{self.order_id}", json=self._body(), headers=headers)

    async def capture(self, **headers: str) -> httpx.Response:
        """POST the capture."""
        return await self.client.post(f"/payments/{self.order_id}/capture", json=self._body(), headers=headers)

    async def cancel(self) -> httpx.Response:
        """POST the cancellation."""
        return await self.client.post(f"/payments/{self.order_id}/cancel")

    async def status(self) -> str:
        """GET the status."""
        return status_of(await self.client.get(f"/payments/{self.order_id}"))

    def _body(self) -> dict[str, object]:
        return {"amount_cents": self.amount_cents, "card_token": self.card}


class House:
    """Payment in front, card network behind, and whatever is between them."""

    def __init__(self, app: FastAPI, payment: httpx.AsyncClient, provider: httpx.AsyncClient) -> None:
        self.app = app
        self._payment = payment
        self._provider = provider

    def payment(self, order_id: str, amount_cents: int = 1000) -> Payment:
        """Return the payment of an order."""
        return Payment(self._payment, order_id, amount_cents)

    def ledger(self, order_id: str) -> CardNetwork:
        """Return the card network, asked about the order."""
        return CardNetwork(self._provider, order_id)

    async def recover(self) -> None:
        """Do at once what the recovery does from time to time."""
        operations: Operations = self.app.state.operations
        await operations.finish_abandoned(timedelta(0))

    async def metric(self, operation: str, outcome: str) -> float:
        """Return how often an operation had an outcome."""
        return await self.exposed(f'payments_total{{operation="{operation}",outcome="{outcome}"}}')

    async def exposed(self, series: str) -> float:
        """Return what a series stands at, 0 when there is none."""
        exposed = (await self._payment.get("/metrics")).text
        for line in exposed.splitlines():
            if line.startswith(f"{series} "):
                return float(line.rsplit(" ", 1)[1])
        return 0.0


@asynccontextmanager
async def house(
    folder: Path,
    between: Callable[[httpx.AsyncBaseTransport], Between],
    limits: PeerLimits = PATIENT,
    **recovery: float,
) -> AsyncIterator[tuple[House, Between]]:
    """Start both services; what `between` returns carries the calls from payment to the card network."""
    provider_side = provider_app(folder)
    network = between(httpx.ASGITransport(provider_side))
    app = payment_app(folder, network, limits, **recovery)
    async with served(provider_side) as provider, served(app) as payment:
        yield House(app, payment, provider), network


def status_of(answer: httpx.Response) -> str:
    """Return the status of a payment from an answer that must be 200."""
    assert answer.status_code == 200, answer.text
    return str(answer.json()["status"])
