"""The session under which everything of a run is on: when its renewals stop coming, the controller switches it off."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from chaos.runner.controller import Controller
from chaos.runner.errors import ControllerFailed, LeaseLost, Refused

TTL_S = 5.0


class Lease:
    """A session, renewed three times per lifetime while it is entered. Leaving ends it, and what it owns."""

    def __init__(self, controller: Controller, actor: str, ttl_s: float = TTL_S, *, is_sealed: bool = False) -> None:
        self._controller = controller
        self._actor = actor
        self._ttl_s = ttl_s
        self._is_sealed = is_sealed
        self._renewing: asyncio.Task[None] | None = None
        self.session = ""
        self.ended = False
        """Whether the controller has confirmed the end."""

    async def __aenter__(self) -> Self:
        self.session = (await self._controller.open_session(self._ttl_s, self._actor, is_sealed=self._is_sealed)).id
        self._renewing = asyncio.create_task(self._renew())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.end()

    async def lost(self) -> None:
        """Return never; raise `LeaseLost` when the lease can no longer be renewed."""
        assert self._renewing is not None, "entered"  # noqa: S101 -- a mistake in this package
        await asyncio.shield(self._renewing)

    async def end(self) -> None:
        """Have everything that the session owns switched off. Should nobody answer, its time runs out by itself."""
        if self._renewing is not None:
            self._renewing.cancel()
            with suppress(asyncio.CancelledError, LeaseLost):
                await self._renewing
            self._renewing = None
        if not self.ended:
            with suppress(ControllerFailed):
                await self._controller.end_session(self.session)
                self.ended = True

    async def _renew(self) -> None:
        missed_s = 0.0
        while True:
            await asyncio.sleep(self._ttl_s / 3)
            try:
                await self._controller.renew(self.session)
                missed_s = 0.0
            except Refused as refusal:
                raise LeaseLost(f"The controller has ended our session: {refusal}") from refusal
            except ControllerFailed as error:
                missed_s += self._ttl_s / 3
                if missed_s >= self._ttl_s:
                    raise LeaseLost(f"Our session has run out: {error}") from error
