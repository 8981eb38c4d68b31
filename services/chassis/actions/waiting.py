"""Taking longer than necessary, but no longer than the switch is on."""

import asyncio
from time import monotonic

from services.chassis.channel_frames import Param
from services.chassis.declaration import number
from services.chassis.switches import BOARD, Switch

LONGEST_MS = 60_000
LOOK_EVERY_S = 0.05


def delay_params(delay_ms: float) -> tuple[Param, ...]:
    """Return the parameters of a delay that is `delay_ms` unless something else is said."""
    return (
        number("delay_ms", "ms", "how much longer it takes", minimum=0, maximum=LONGEST_MS, default=delay_ms),
        number("jitter_ms", "ms", "by how much that varies, up and down", minimum=0, maximum=LONGEST_MS, default=0),
    )


async def wait(name: str, switch: Switch) -> None:
    """Wait as long as `switch` says, or until it is no longer what `name` is about."""
    jitter_ms = switch.params["jitter_ms"]
    delay_ms = switch.params["delay_ms"] + switch.draw.jitter.uniform(-jitter_ms, jitter_ms)
    ends = monotonic() + delay_ms / 1e3
    while (left_s := ends - monotonic()) > 0 and _is_still(name, switch):  # noqa: ASYNC110 -- see below
        # Nobody is told when a switch goes off: it is looked at.
        await asyncio.sleep(min(left_s, LOOK_EVERY_S))


def _is_still(name: str, switch: Switch) -> bool:
    present = BOARD.held(name)
    return present is not None and present.armed == switch.armed
