"""The provider's card network as a test talks to it."""

from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from services.provider.app import create_app
from services.provider.settings import Settings
from tests.support.back_ends import database_url

GOOD_CARD = "tok-visa"
BAD_CARD = "tok-0002"


def provider_app(folder: Path) -> FastAPI:
    """Return a provider that takes no time and keeps its ledger in `folder`."""
    return create_app(Settings(database_url=database_url(folder, "provider"), latency_median_ms=0))


class CardNetwork:
    """Operations on one reference."""

    def __init__(self, client: httpx.AsyncClient, reference: str) -> None:
        self.client = client
        self.reference = reference

    async def post(self, what: str, body: dict[str, object], key: str | None = None) -> httpx.Response:
        """Ask for any operation."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.client.post(f"/card/{what}", json={"reference": self.reference, **body}, headers=headers)

    async def authorise(self, amount_cents: int, card: str = GOOD_CARD, key: str | None = None) -> httpx.Response:
        """Hold an amount."""
        return await self.post("authorisations", {"amount_cents": amount_cents, "card_token": card}, key)

    async def authorised(self, amount_cents: int, key: str | None = None) -> str:
        """Hold an amount on a good card; return the authorisation's id."""
        answer = await self.authorise(amount_cents, key=key)
        assert answer.json()["status"] == "approved"
        return str(answer.json()["authorisation_id"])

    async def capture(self, authorisation_id: str, amount_cents: int, key: str | None = None) -> httpx.Response:
        """Take an amount."""
        body: dict[str, object] = {"authorisation_id": authorisation_id, "amount_cents": amount_cents}
        return await self.post("captures", body, key)

    async def captured(self, authorisation_id: str, amount_cents: int, key: str | None = None) -> str:
        """Take an amount that can be taken; return the capture's id."""
        answer = await self.capture(authorisation_id, amount_cents, key)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["capture_id"])

    async def refund(self, capture_id: str, amount_cents: int, key: str | None = None) -> httpx.Response:
        """Give an amount back."""
        return await self.post("refunds", {"capture_id": capture_id, "amount_cents": amount_cents}, key)

    async def void(self, authorisation_id: str, key: str | None = None) -> httpx.Response:
        """Give an authorisation back."""
        return await self.post("voids", {"authorisation_id": authorisation_id}, key)

    async def entries(self) -> list[dict[str, Any]]:
        """Return the ledger of the reference."""
        answer = await self.client.get("/card/ledger", params={"reference": self.reference})
        found: list[dict[str, Any]] = answer.json()["entries"]
        return found

    async def trail(self) -> list[tuple[str, int]]:
        """Return kinds and amounts of the ledger of the reference."""
        return [(entry["kind"], entry["amount_cents"]) for entry in await self.entries()]


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix("urn:problem:")
