"""Work that comes round: reconciliation, recovery, refreshes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import structlog
from opentelemetry.context import Context

from observability.wiring import Telemetry, vocabulary

STOP_S = 2.0
"""How long a round under way may take to finish when its service stops."""
FIRST_RETRY_S = 0.25
"""Pause after a first failure; it doubles with every further one, up to the interval."""

log = structlog.get_logger()


class Periodic:
    """Runs `action` every `interval_s` seconds, and at once when poked.

    The first time is when it starts, or an interval later when it is not to be `at_once`. Failures are logged and
    survived; a round that failed is made up for sooner, so that a hiccup at the start does not cost a whole interval.
    """

    def __init__(
        self,
        name: str,
        interval_s: float,
        action: Callable[[], Awaitable[None]],
        telemetry: Telemetry,
        *,
        at_once: bool = True,
        traced: bool = True,
    ) -> None:
        self.name = name
        self._interval_s = interval_s
        self._action = action
        self._tracer = telemetry.tracer if traced else None
        self._runs = telemetry.metrics.counter(vocabulary.PERIODIC_RUNS)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._at_once = at_once
        self._failures = 0

    async def __aenter__(self) -> Self:
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name=self.name)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is None:
            return
        # A round under way may finish: broken off, it would leave a statement without anybody to hear its answer.
        self._stopping = True
        self._wake.set()
        await asyncio.wait({self._task}, timeout=STOP_S)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def adjust(self, interval_s: float) -> None:
        """Come round that often from now on."""
        self._interval_s = interval_s
        self._wake.set()

    def poke(self) -> None:
        """Run the action now instead of at the end of the interval."""
        self._wake.set()

    async def _run(self) -> None:
        due = self._at_once
        while not self._stopping:
            self._wake.clear()
            if due:
                await self._round()
            due = True
            with suppress(TimeoutError):
                # Not wait_for: before Python 3.12 it can swallow the cancellation that ends this loop.
                async with asyncio.timeout(self._pause_s()):
                    await self._wake.wait()

    def _pause_s(self) -> float:
        if self._failures == 0:
            return self._interval_s
        # The exponent is bounded: an outage of days must not end in an overflow.
        return min(self._interval_s, FIRST_RETRY_S * float(2 ** min(self._failures - 1, 16)))

    async def _round(self) -> None:
        try:
            if self._tracer is None:
                await self._action()
            else:
                with self._tracer.start_as_current_span(self.name, context=Context()):
                    await self._action()
            self._failures = 0
            self._runs.labels(self.name, "done").inc()
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            self._failed(error)
        except Exception as error:  # noqa: BLE001 -- one bad round must not end all later ones
            self._failed(error)

    def _failed(self, error: BaseException) -> None:
        self._failures += 1
        self._runs.labels(self.name, "failed").inc()
        log.warning("job.failed", job=self.name, problem=str(error), kind=type(error).__name__)
