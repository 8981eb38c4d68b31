"""Which failed calls are tried again, how often, and after how long a pause."""

import random
from collections.abc import AsyncIterable

import stamina
from stamina.instrumentation import set_on_retry_hooks

from services.chassis import deadline
from services.chassis.breaker import BreakerOpen
from services.chassis.errors import NeighbourUnavailable

FIRST_PAUSE_S = 0.04
LONGEST_PAUSE_S = 0.5


class Retries:
    """At most `attempts` attempts, the first one included, with growing, jittered pauses that end before the deadline.

    Only calls that got no usable answer are tried again, and none that the breaker has refused.
    """

    def __init__(self, attempts: int) -> None:
        self._attempts = attempts
        # By default stamina logs the arguments of what it calls, and those may hold a customer's card.
        set_on_retry_hooks(())

    def attempts(self) -> AsyncIterable[stamina.Attempt]:
        """Return an asynchronous iterator of attempts; each is a context manager around one try."""
        return stamina.retry_context(on=_Pauses().before_another, attempts=self._attempts, timeout=None)


class _Pauses:
    """The pauses of one call."""

    def __init__(self) -> None:
        self._longest_s = FIRST_PAUSE_S

    def before_another(self, error: Exception) -> bool | float:
        """Return the seconds to wait before the next attempt, or False when there should be none."""
        if not isinstance(error, NeighbourUnavailable) or isinstance(error, BreakerOpen):
            return False
        # At random, because callers that failed together must not come back together.
        pause_s = random.uniform(self._longest_s / 2, self._longest_s)  # noqa: S311
        self._longest_s = min(2 * self._longest_s, LONGEST_PAUSE_S)
        left_s = deadline.remaining_s()
        return pause_s if left_s is None or pause_s < left_s else False
