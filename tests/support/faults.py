"""Turning a fault on in the test's own process, through the same door as the agent."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from services.chassis.channel_frames import Armed, State
from services.chassis.fault import Fault
from services.chassis.switches import BOARD


@contextmanager
def switched_on(*faults: Fault[Any]) -> Iterator[None]:
    """Have exactly `faults` on in this process; none after the block. Not for blocks longer than ten seconds."""
    armed = Armed(params={}, ttl_ms=60_000, armed_rev=BOARD.rev + 1, scope=None, seed=None)
    BOARD.apply(
        State(
            session="test",
            epoch=max(1, BOARD.epoch),
            rev=BOARD.rev + 1,
            heard_us=int(monotonic() * 1e6),
            lease_ms=10_000,
            faults={fault.name: armed for fault in faults},
        )
    )
    try:
        yield
    finally:
        BOARD.clear()
