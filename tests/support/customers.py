"""Customers who keep a record of what they were promised."""

import asyncio
import itertools
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

SKUS = ("TEA-EARL-100", "TEA-SENCHA-100", "TEA-ROOIBOS-250")
GOOD_CARD = "card-4242"
PATIENCE_S = 30.0


@dataclass
class Record:
    """What customers were answered: accepted order ids, other answers, and checkouts that never got an answer."""

    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unanswered: int = 0
    in_flight: int = 0


class Customers:
    """Check out at `base_url`, `number` at a time, each trying again with the same key until there is an answer."""

    def __init__(self, base_url: str, number: int, record: Record) -> None:
        self._base_url = base_url
        self._number = number
        self.record = record
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let every customer finish the checkout at hand."""
        self._stopping.set()

    async def shop(self) -> None:
        """Check out until stopped."""
        limits = httpx.Limits(max_connections=self._number, max_keepalive_connections=self._number)
        async with httpx.AsyncClient(base_url=self._base_url, limits=limits, timeout=8.0, trust_env=False) as client:
            await asyncio.gather(*(self._customer(client, index) for index in range(self._number)))

    async def _customer(self, client: httpx.AsyncClient, index: int) -> None:
        for number in itertools.count():
            if self._stopping.is_set():
                return
            self.record.in_flight += 1
            try:
                await self._check_out(client, f"customer-{index}", number)
            finally:
                self.record.in_flight -= 1

    async def _check_out(self, client: httpx.AsyncClient, customer: str, number: int) -> None:
        body = {
            "customer_id": customer,
            "lines": [{"sku": SKUS[number % len(SKUS)], "quantity": 1 + number % 3}],
            "card_token": GOOD_CARD,
        }
        headers = {"Idempotency-Key": uuid4().hex}
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_S
        while loop.time() < deadline:
            try:
                answer = await client.post("/orders", json=body, headers=headers)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == httpx.codes.CREATED:
                self.record.accepted.append(answer.json()["order_id"])
                return
            if answer is not None and not _worth_repeating(answer):
                self.record.refused.append(f"{answer.status_code} {answer.text}")
                return
            await asyncio.sleep(0.1)  # a customer's pause before the next try
        self.record.unanswered += 1


def _worth_repeating(answer: httpx.Response) -> bool:
    return answer.is_server_error or answer.json().get("type") == "urn:problem:order-in-progress"
