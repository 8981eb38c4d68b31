"""A circuit breaker that lets exactly one call try when it is half open.

CLOSED --`failures` in a row--> OPEN --`reset_s`--> HALF_OPEN --one success--> CLOSED
                                  ^---------------------one failure------'
"""

import threading
import time
from collections.abc import Callable
from enum import IntEnum

import structlog

from observability.wiring import Telemetry, vocabulary
from services.chassis.errors import NeighbourUnavailable

log = structlog.get_logger()


class State(IntEnum):
    """The value of the `circuit_breaker_state` gauge."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class BreakerOpen(NeighbourUnavailable):
    """The breaker refused the call: nothing was sent, and trying again at once is pointless."""

    def __init__(self, peer: str) -> None:
        super().__init__(peer, "its circuit breaker is open")


class Breaker:
    """Guards the calls to one neighbour: ask for a `permit()` before a call, and report with it how the call went.

    A report on a permit from before the last change of state is old news and ignored.
    """

    def __init__(
        self,
        peer: str,
        failures: int,
        reset_s: float,
        telemetry: Telemetry,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.peer = peer
        self.state = State.CLOSED
        self._threshold = failures
        self._reset_s = reset_s
        self._clock = clock
        self._failures = 0
        self._retry_at = 0.0
        self._trial_under_way = False
        self._generation = 0
        self._turn = threading.Lock()
        self._gauge = telemetry.metrics.gauge(vocabulary.BREAKER_STATE).labels(peer)
        self._transitions = telemetry.metrics.counter(vocabulary.BREAKER_TRANSITIONS)
        self._gauge.set(State.CLOSED)

    def adjust(self, failures: int, reset_s: float) -> None:
        """Open after that many failures in a row, for that long, from now on."""
        self._threshold = failures
        self._reset_s = reset_s

    def is_refusing(self) -> bool:
        """Say whether a permit would be refused now, without taking one."""
        return self.state is not State.CLOSED and (self._clock() < self._retry_at or self._trial_under_way)

    def permit(self) -> int | None:
        """Return a permit for one call, or None while the breaker is open. Half open gives out exactly one."""
        # A thread that writes a log line lets others run.
        with self._turn:
            if self.state is State.CLOSED:
                return self._generation
            if self.is_refusing():
                return None
            self._enter(State.HALF_OPEN)
            self._trial_under_way = True
            return self._generation

    def succeeded(self, permit: int) -> None:
        """Report that the neighbour answered, whatever the answer."""
        if permit != self._generation:
            return
        self._failures = 0
        if self.state is State.HALF_OPEN:
            self._enter(State.CLOSED)

    def failed(self, permit: int) -> None:
        """Report that the neighbour did not answer, or answered with a 5xx."""
        if permit != self._generation:
            return
        self._failures += 1
        if self.state is State.HALF_OPEN or self._failures >= self._threshold:
            self._retry_at = self._clock() + self._reset_s
            self._enter(State.OPEN)

    def abandoned(self, permit: int) -> None:
        """Report that the call ended without telling anything about the neighbour (it was cancelled)."""
        if permit == self._generation:
            self._trial_under_way = False

    def _enter(self, state: State) -> None:
        if state is not self.state:
            tell = log.warning if state is State.OPEN else log.info
            tell("breaker.changed", peer=self.peer, previous=self.state.name.lower(), state=state.name.lower())
            self._transitions.labels(self.peer, state.name.lower()).inc()
        self.state = state
        self._generation += 1
        self._trial_under_way = False
        self._failures = 0
        self._gauge.set(state)
