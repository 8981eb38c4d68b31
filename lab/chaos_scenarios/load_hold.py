"""The load of a run: held under a lease, so that it is as it was when the run has been killed."""

import asyncio
import secrets
from contextlib import suppress
from typing import Self

from chaos.runner.result import LoadState
from lab import load_client
from lab.errors import LabError
from lab.home import Home
from lab.load_client import LoadRefused

TTL_S = 8.0
RENEWALS = 4
"""Per lifetime: a busy load generator may miss some."""


class LoadHold:
    """Somebody's own load for a while. Once nobody renews it, it lapses by itself."""

    def __init__(self, home: Home, users: int | None, shape: str | None, ttl_s: float = TTL_S) -> None:
        self._home = home
        self._order = (users, shape)
        self._ttl_s = ttl_s
        self._holder = secrets.token_hex(8)
        self._renewing: asyncio.Task[None] | None = None
        self.load = LoadState(users=0, shape="")
        """Who shops while it lasts."""

    async def begin(self) -> Self:
        """Change the load, and keep it so. Raises LabError; nothing has changed then, or not for long."""
        told = await asyncio.to_thread(load_client.hold_or_open, self._home, self._holder, *self._order, self._ttl_s)
        self.load = LoadState(users=told["users_asked"], shape=told["shape"])
        self._renewing = asyncio.create_task(self._renew())
        return self

    async def release(self) -> None:
        """Put the load back to what it was. Should nobody hear it, its time runs out."""
        if self._renewing is not None:
            self._renewing.cancel()
            with suppress(asyncio.CancelledError):
                await self._renewing
        with suppress(LabError):
            await asyncio.to_thread(load_client.release, self._home, self._holder)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._ttl_s / RENEWALS)
            try:
                await asyncio.to_thread(load_client.hold, self._home, self._holder, *self._order, self._ttl_s)
            except LoadRefused:
                return  # a person has changed the load, and keeps what they want
            except LabError:
                continue  # it may be on its way up again
