"""What has to be ended when a fault of a service goes off.

Most behaviours are over when they return, and are read no more. One that leaves something behind between its calls, or
takes its time over one, would outlast its switch: it is watched while it runs, and followed by who gives back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

from services.chassis.declaration import Declaration
from services.chassis.switches import BOARD

Behaviour = Callable[..., Awaitable[Any]]
GiveBack = Callable[[], Awaitable[None]]


class Watched:
    """Stands in for an asynchronous `faulty`.

    When the switch is off and no call is under way any more, `give_back` frees what calls have left behind. With
    `break_off` calls under way are cancelled, and `fixed` does in their place what they were to do.
    """

    def __init__(
        self, name: str, faulty: Behaviour, fixed: Behaviour, give_back: GiveBack | None, *, break_off: bool
    ) -> None:
        self._name = name
        self._faulty = faulty
        self._fixed = fixed
        self._give_back = give_back
        self._break_off = break_off
        self._calls: set[asyncio.Future[Any]] = set()
        self._errands: set[asyncio.Future[None]] = set()

    async def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Behave as `faulty`, as long as the switch is on."""
        call = asyncio.ensure_future(self._faulty(*arguments, **named))
        self._calls.add(call)
        try:
            return await call
        except asyncio.CancelledError:
            if (caller := asyncio.current_task()) is None or caller.cancelling():
                raise
            return await self._fixed(*arguments, **named)
        finally:
            self._calls.discard(call)
            if not BOARD.is_on(self._name):
                self._clear_up()

    def end(self) -> None:
        """Hear, on the event loop, that the switch is off."""
        if self._break_off:
            for call in self._calls:
                call.cancel()
        self._clear_up()

    def _clear_up(self) -> None:
        if self._give_back is not None and not self._calls:
            errand = asyncio.ensure_future(self._give_back())
            self._errands.add(errand)
            errand.add_done_callback(self._errands.discard)


class Ending:
    """Hears for a fault that it is off: the keeper's thread tells it, so that nobody has to look. Made on the loop."""

    scoped = True

    def __init__(self, fault: Declaration, watched: Watched) -> None:
        self.name = fault.name
        self.summary = fault.summary
        self.params = fault.params
        self._watched = watched
        self._loop = asyncio.get_running_loop()

    def burden(self, params: Mapping[str, Any]) -> Self:
        """Return itself: there is nothing to be taken on."""
        del params
        return self

    def step(self) -> bool:
        """Nothing to be done: the service's own calls do it."""
        return False

    def renew(self, until: float) -> None:
        """Nothing to be done: whoever tells when it is over watches the time."""

    def drop(self) -> None:
        """Have the event loop hear of it."""
        with suppress(RuntimeError):  # the loop is closed, and all that ran in it is gone
            self._loop.call_soon_threadsafe(self._watched.end)


def endings_of(faults: Sequence[Declaration]) -> list[Ending]:
    """Return who hears of the end of those that have something to end."""
    watched = [(fault, getattr(fault, "watched", None)) for fault in faults]
    return [Ending(fault, one) for fault, one in watched if one is not None]
