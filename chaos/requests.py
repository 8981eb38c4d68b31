"""Orders that were given under a key: asking twice is the same as asking once, also across a restart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chaos.errors import KeyReused
from chaos.orders import Injection
from chaos.scribe import Scribe

REMEMBERED = 1_000


class Requests:
    """Key → order and activation; what is not in memory is in the journal."""

    def __init__(self, scribe: Scribe) -> None:
        self._scribe = scribe
        self._recent: dict[str, tuple[str, str]] = {}
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def turn(self, key: str | None) -> AsyncIterator[None]:
        """Have one order at a time under `key`: whoever sends it again waits for what became of the first."""
        if key is None:
            yield
            return
        lock, number = self._turns.get(key, (asyncio.Lock(), 0))
        self._turns[key] = lock, number + 1
        try:
            async with lock:
                yield
        finally:
            _, number = self._turns[key]
            self._turns[key] = lock, number - 1
            if number == 1:
                del self._turns[key]

    async def activation_of(self, key: str, order: Injection) -> str | None:
        """Return the activation that `order` led to under `key`, if it did. Raises `KeyReused`."""
        found = self._recent.get(key) or await self._scribe.ask(lambda journal: journal.under_key(key))
        if found is None:
            return None
        activation, fingerprint = found
        if fingerprint != order.fingerprint():
            raise KeyReused(
                f"Another order was given under the key {key!r}.",
                instead="Send it under a key of its own.",
                activation=activation,
            )
        return activation

    def took(self, key: str, order: Injection, activation: str) -> None:
        """Note that `order` is being carried out under `key`."""
        self._recent[key] = (activation, order.fingerprint())
        while len(self._recent) > REMEMBERED:
            del self._recent[next(iter(self._recent))]

    def dropped(self, key: str | None) -> None:
        """Note that nothing came of it."""
        self._recent.pop(key or "", None)
