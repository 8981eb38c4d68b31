"""What time it is: the one seam through which a service asks."""

from datetime import UTC, datetime
from typing import Protocol

from services.chassis.actions.clock_offset import CLOCK_OFFSET


class Clock(Protocol):
    """Tells the wall-clock time."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware, in UTC."""


class SystemClock:
    """The clock of the machine, as far as it goes right for this service."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware, in UTC."""
        present, offset = datetime.now(UTC), CLOCK_OFFSET.offset()
        return present if offset is None else present + offset
