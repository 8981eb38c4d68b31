"""Looks at `/metrics` of every replica of a lab, every other second, as Prometheus would."""

import asyncio
import json
import time
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import httpx
import structlog

from observability.evidence.store.exposition import lines
from observability.evidence.store.head import Head

ACCEPT = {"Accept": "application/openmetrics-text; version=1.0.0"}
FORGET_EVERY_S = 30.0

log = structlog.get_logger()


class Address(NamedTuple):
    """Where one replica shows its metrics."""

    service: str
    instance: str
    url: str


class Targets:
    """The replicas of these services, as the lab's state file has them just now."""

    def __init__(self, state: Path, services: Collection[str]) -> None:
        self._state, self._services = state, services

    def __call__(self) -> list[Address]:
        """Return them; nobody while the file cannot be read."""
        try:
            replicas = json.loads(self._state.read_bytes())["replicas"]
            return [
                Address(replica["service"], instance, f"{replica['url']}/metrics")
                for instance, replica in replicas.items()
                if replica["service"] in self._services
            ]
        except (OSError, ValueError, KeyError):
            return []


class Scraper:
    """Fills the head."""

    def __init__(self, head: Head, targets: Targets, *, every_s: float, within_s: float, recent_s: float) -> None:
        self._head, self._targets = head, targets
        self._every_s, self._within_s, self._recent_s = every_s, within_s, recent_s

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        forget_at = time.monotonic() + FORGET_EVERY_S
        # Nobody is asked over TLS, for which a client would load every authority there is.
        async with httpx.AsyncClient(timeout=self._within_s, trust_env=False, headers=ACCEPT, verify=False) as client:  # noqa: S501
            next_at = time.monotonic()
            while True:
                await self.look(client)
                self._head.settle(_now())
                if time.monotonic() >= forget_at:
                    forget_at = time.monotonic() + FORGET_EVERY_S
                    self._head.forget(time.time() - self._recent_s)
                next_at = max(next_at + self._every_s, time.monotonic())
                await asyncio.sleep(next_at - time.monotonic())

    async def look(self, client: httpx.AsyncClient) -> None:
        """Look at every replica once, one after the other: the store is in no hurry, and they share a machine."""
        targets = self._targets()
        for gone in set(self._head.instances()) - {target.instance for target in targets}:
            self._head.gone(gone, _now())
        await asyncio.gather(*(self._look_at(client, target) for target in targets))

    async def _look_at(self, client: httpx.AsyncClient, target: Address) -> None:
        began_s = _now()
        try:
            answer = await client.get(target.url)
        except httpx.HTTPError:
            answer = None
        if answer is None or answer.status_code != httpx.codes.OK:
            self._head.failed(target.service, target.instance, began_s)
        else:
            self._head.answered(target.service, target.instance, began_s, lines(answer.text))


def _now() -> float:
    return round(time.time(), 3)
