"""What time it is: the one seam through which a service asks."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the wall-clock time."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware, in UTC."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware, in UTC."""
        return datetime.now(UTC)
