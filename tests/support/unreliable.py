"""A network between two services that a test decides about, call by call."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto

import httpx

from tests.support.polling import poll_until_async


class Fate(Enum):
    """What becomes of one call."""

    DONE = auto()
    NOT_SENT = auto()
    ANSWER_LOST = auto()
    DONE_LATE = auto()
    DONE_TWICE = auto()
    REFUSED_BUSY = auto()


class Unreliable(httpx.AsyncBaseTransport):
    """Gives each call the next of `fates`; when there are none left, calls are done as on a good day."""

    def __init__(self, inner: httpx.AsyncBaseTransport, *fates: Fate) -> None:
        self._inner = inner
        self.fates = list(fates)
        self.calls = 0
        self.late: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let the call meet its fate."""
        self.calls += 1
        return await self.meet(request, self.fates.pop(0) if self.fates else Fate.DONE)

    async def meet(self, request: httpx.Request, fate: Fate) -> httpx.Response:
        """Do to the call what `fate` says."""
        match fate:
            case Fate.NOT_SENT:
                raise httpx.ConnectError("nobody listens")
            case Fate.ANSWER_LOST:
                await self.deliver(request)
                raise httpx.ReadError("the connection broke before the answer")
            case Fate.DONE_LATE:
                self.late.append(request)
                raise httpx.ReadTimeout("no answer yet")
            case Fate.DONE_TWICE:
                await self.deliver(request)
            case Fate.REFUSED_BUSY:
                return httpx.Response(503, json={"type": "urn:problem:busy"})
        return await self.deliver(request)

    async def deliver(self, request: httpx.Request) -> httpx.Response:
        """Have the request served in whole."""
        response = await self._inner.handle_async_request(request)
        await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=response.content)

    async def deliver_late(self) -> None:
        """Have everything served that was under way for so long that its caller gave up."""
        while self.late:
            await self.deliver(self.late.pop(0))


@dataclass(frozen=True, eq=False)
class Held:
    """A call that waits for its fate."""

    request: httpx.Request
    fate: "asyncio.Future[Fate]"


class Gate(Unreliable):
    """Holds every call until the test decides about it, so that the order of events is the test's choice."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        super().__init__(inner)
        self.held: list[Held] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Wait for a decision, then let the call meet it."""
        held = Held(request, asyncio.get_running_loop().create_future())
        self.held.append(held)
        try:
            fate = await held.fate
        finally:
            if held in self.held:
                self.held.remove(held)
        return await self.meet(request, fate)

    def decide(self, which: int, fate: Fate) -> None:
        """Release one of the calls that are held."""
        self.held.pop(which % len(self.held)).fate.set_result(fate)

    async def quiet(self, tasks: Collection["asyncio.Task[httpx.Response]"]) -> None:
        """Wait until each of `tasks` has ended or waits at the gate."""

        async def is_quiet() -> bool:
            return sum(not task.done() for task in tasks) <= len(self.held)

        await poll_until_async(is_quiet, "every call to end or to be held", every_s=0.0005)
