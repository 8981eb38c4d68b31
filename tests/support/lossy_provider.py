"""The provider's card network on a real socket, in a thread of the test's process, at the end of a line that loses."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import orjson
from starlette.types import Message, Receive, Scope, Send

from services.chassis.actions.api_dropped_response import HANG_UP
from tests.support.card_network import provider_app
from tests.support.listening import listening

Loses = Callable[[str, int], bool]
"""Given the path and how many calls for it came before, of this reference: is the answer lost?"""
WITHIN_S = 60.0


def nothing(_: str, __: int) -> bool:
    """Lose no answer."""
    return False


class LossyProvider:
    """Does all that it is asked for, also when its answer is lost. Money goes by reference, the order's id."""

    def __init__(self, folder: Path) -> None:
        self._provider = provider_app(folder)
        self._loses: Loses = nothing
        self._calls: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._open: asyncio.Event | None = None
        self._takes_s = 0.0
        self._under_way = 0
        self.most_at_once = 0
        self._url: Future[str] = Future()
        self._loop = asyncio.new_event_loop()
        self._ends = asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))

    @property
    def url(self) -> str:
        """Where it is reached."""
        return self._url.result(WITHIN_S)

    def loses(self, loses: Loses) -> None:
        """Lose these answers from now on; the count of calls starts anew."""
        self._calls.clear()
        self._loses = loses

    def takes(self, seconds: float) -> None:
        """Take that long over each call from now on; the most calls at once are counted anew."""
        self._takes_s, self.most_at_once = seconds, 0

    def calls_for(self, *references: str) -> int:
        """Return how many calls have come about these since the count was last begun."""
        return sum(self._calls[path, one] for one in references for path, of in list(self._calls) if of == one)

    def hold(self) -> None:
        """Keep all calls from now on, and do nothing about them."""
        self._open = asyncio.Event()

    def let_go(self) -> None:
        """Do what was kept, whether anybody still listens or not, and keep nothing any more."""
        if (kept := self._open) is not None:
            self._open = None
            self._loop.call_soon_threadsafe(kept.set)

    def trail(self, reference: str) -> list[tuple[str, int]]:
        """Return kinds and amounts of what has been booked for a reference."""
        entries = httpx.get(f"{self.url}/card/ledger", params={"reference": reference}).raise_for_status().json()
        return [(entry["kind"], entry["amount_cents"]) for entry in entries["entries"]]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go()
        self._loop.call_soon_threadsafe(self._ends.set)
        self._thread.join()
        self._loop.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._provider(scope, receive, send)
            return
        message = await receive()
        asked: dict[str, Any] = orjson.loads(message["body"])
        call = (scope["path"], asked["reference"])
        lost = self._loses(scope["path"], self._calls[call])
        self._calls[call] += 1
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            if (kept := self._open) is not None:
                await kept.wait()
            await asyncio.sleep(self._takes_s)
        finally:
            self._under_way -= 1

        async def body() -> Message:
            return message

        async def hang_up(sent: Message) -> None:
            if sent["type"] == "http.response.start":
                scope["extensions"][HANG_UP]()

        await self._provider(scope, body, hang_up if lost else send)

    async def _serve(self) -> None:
        async with self._provider.router.lifespan_context(self._provider), listening(self) as url:
            self._url.set_result(url)
            await self._ends.wait()
