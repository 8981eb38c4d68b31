"""The clock of a service is wrong."""

from datetime import timedelta

from services.chassis.declaration import number
from services.chassis.switches import BOARD

MOST_S = 30 * 86_400


class ClockOffset:
    """Moves what the service takes for the present; telemetry, leases and durations keep their own time."""

    name = "process.clock_offset"
    summary = "The service's clock is ahead or behind."
    params = (number("offset_s", "s", "by how much it is ahead; below 0: behind", minimum=-MOST_S, maximum=MOST_S),)
    scoped = True

    def offset(self) -> timedelta | None:
        """Return by how much the clock is ahead; None: not at all."""
        switch = BOARD.shown(self.name)
        return None if switch is None else timedelta(seconds=switch.params["offset_s"])


CLOCK_OFFSET = ClockOffset()
