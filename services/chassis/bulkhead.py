"""A bounded number of slots, so that one slow neighbour cannot take all of a service with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from observability.wiring import Telemetry, vocabulary
from services.chassis.deadline import bounded_s
from services.chassis.errors import Busy
from services.chassis.slots import Slots


class Bulkhead:
    """`slots` pieces of work at once; others wait `wait_s` seconds at most (never past their deadline)."""

    def __init__(self, name: str, slots: int, wait_s: float, telemetry: Telemetry) -> None:
        self.name = name
        self._free = Slots(slots)
        self._wait_s = wait_s
        self._in_use = telemetry.metrics.gauge(vocabulary.BULKHEAD_IN_USE).labels(name)
        self._rejections = telemetry.metrics.counter(vocabulary.BULKHEAD_REJECTIONS).labels(name)
        self._size = telemetry.metrics.gauge(vocabulary.BULKHEAD_SIZE).labels(name)
        self._size.set(slots)

    def adjust(self, slots: int, wait_s: float) -> None:
        """Have that many slots, and wait that long, from now on."""
        self._wait_s = wait_s
        self._free.resize(slots)
        self._size.set(slots)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one slot; raise `Busy` when none comes free in time."""
        await self._acquire()
        self._in_use.inc()
        try:
            yield
        finally:
            self._in_use.dec()
            self._free.release()

    async def _acquire(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(bounded_s(self._wait_s)):
                await self._free.acquire()
        except TimeoutError:
            self._rejections.inc()
            raise Busy(f"All slots of {self.name} are taken.") from None
