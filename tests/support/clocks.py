"""Clocks that tests set."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class MonotonicClock:
    """A stop watch that only moves when told to; seconds."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        """Return the present reading."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds


@dataclass
class WallClock:
    """A clock of the wall that runs, and can be put forward."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the moment it shows, aware, UTC."""
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        """Put it forward."""
        self.ahead += timedelta(seconds=seconds)
