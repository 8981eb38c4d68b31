"""Leaving the rotation without losing anything: no new work, what is under way is finished."""

from collections.abc import Sequence
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from observability.wiring import vocabulary


class Work(Protocol):
    """Work that does not come as requests, such as that of a queue's consumer."""

    @property
    def under_way(self) -> int:
        """How much is being done."""

    def pause(self) -> None:
        """Begin nothing new."""

    def resume(self) -> None:
        """Begin again."""


class Draining:
    """Whether this replica takes new work, and how much it still has."""

    def __init__(self, work: Sequence[Work] = ()) -> None:
        self._work = work
        self.requests = 0
        self.wanted = False

    @property
    def under_way(self) -> int:
        """Requests and other work that have begun and not ended."""
        return self.requests + sum(work.under_way for work in self._work)

    def begin(self) -> None:
        """Be unready from now on, so that whoever shares out requests goes elsewhere; those that come are served."""
        self.wanted = True
        for work in self._work:
            work.pause()

    def end(self) -> None:
        """Take work again."""
        self.wanted = False
        for work in self._work:
            work.resume()

    async def check(self) -> None:
        """Raise while draining: a check of `/ready`."""
        if self.wanted:
            raise RuntimeError("taken out of the rotation")


class CountingMiddleware:
    """Counts the requests under way, but for those that only look or operate."""

    def __init__(self, app: ASGIApp, draining: Draining) -> None:
        self._app = app
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http" or vocabulary.is_quiet(scope["path"]):
            await self._app(scope, receive, send)
            return
        self._draining.requests += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._draining.requests -= 1
