"""What the log says of a receiver that takes no spans: when it begins, once a minute at most, and when it is over."""

import time
from collections.abc import Callable

import structlog

EVERY_S = 60.0

log = structlog.get_logger()


class DeliveryLog:
    """Tells of one receiver, `endpoint` (host:port). Used by one thread; `clock` counts seconds."""

    def __init__(self, endpoint: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._endpoint, self._clock = endpoint, clock
        self._count = 0
        self._told = False
        self._next_at = float("-inf")

    def undelivered(self, reason: str, count: int) -> None:
        """An export of `count` spans is in trouble. Tell each export once."""
        self._count += count
        now = self._clock()
        if now < self._next_at:
            return
        self._told, self._next_at = True, now + EVERY_S
        log.warning("telemetry.undelivered", endpoint=self._endpoint, reason=reason, count=self._count)
        self._count = 0

    def delivered(self) -> None:
        """An export was taken."""
        if self._told:
            self._told = False
            log.info("telemetry.delivered", endpoint=self._endpoint)
