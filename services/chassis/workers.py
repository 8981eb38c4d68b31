"""So many requests are served at once; others wait for a worker to come free."""

from contextlib import AsyncExitStack

from starlette.types import ASGIApp, Receive, Scope, Send

from observability.wiring import Telemetry, vocabulary
from services.chassis.bulkhead import Bulkhead
from services.chassis.errors import Busy, DeadlineExceeded
from services.chassis.problems import error_response

NAME = "requests"
WAIT_S = 5.0
"""Longest wait for a worker; a request that has less time waits no longer than that."""


class Workers:
    """The workers of a replica: each serves one request at a time."""

    def __init__(self, number: int, telemetry: Telemetry) -> None:
        self.bulkhead = Bulkhead(NAME, number, WAIT_S, telemetry)

    def resize(self, number: int) -> None:
        """Have so many from now on."""
        self.bulkhead.adjust(number, WAIT_S)


class WorkersMiddleware:
    """Gives each request a worker, but for those that only look or operate."""

    def __init__(self, app: ASGIApp, workers: Workers) -> None:
        self._app = app
        self._workers = workers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http" or vocabulary.is_quiet(scope["path"]):
            await self._app(scope, receive, send)
            return
        async with AsyncExitStack() as worker:
            try:
                await worker.enter_async_context(self._workers.bulkhead.slot())
            except (Busy, DeadlineExceeded) as error:
                await error_response(error)(scope, receive, send)
                return
            await self._app(scope, receive, send)
