"""How late the event loop runs: what a blocked loop looks like from inside."""

import asyncio
from types import TracebackType
from typing import Self

from observability.wiring import vocabulary as names
from observability.wiring.telemetry import Telemetry


class LoopLag:
    """Measures while entered: every `interval_s` seconds, by how much a timer of that length came late."""

    def __init__(self, telemetry: Telemetry, interval_s: float = 0.1) -> None:
        self._latest = telemetry.metrics.gauge(names.LOOP_LAG)
        self._all = telemetry.metrics.histogram(names.LOOP_LAG_DURATION)
        self._enabled = telemetry.enabled
        self._interval_s = interval_s
        self._timer: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        """Whether another tick is to come."""
        return self._timer is not None and not self._timer.cancelled()

    async def __aenter__(self) -> Self:
        if self._enabled:
            self._schedule(asyncio.get_running_loop())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(self._interval_s, self._tick, loop, loop.time() + self._interval_s)

    def _tick(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        late_s = max(0.0, loop.time() - due)
        self._latest.set(late_s)
        self._all.observe(late_s)
        self._schedule(loop)
