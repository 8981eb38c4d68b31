"""Turning a fault on in the test's own process, through the same door as the agent."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from services.chassis.channel_frames import Armed, ArmedScope, State
from services.chassis.declaration import Declaration, understood
from services.chassis.switches import BOARD


@contextmanager
def switched_on(
    *faults: Declaration, scope: ArmedScope | None = None, seed: int | None = None, **params: Any
) -> Iterator[None]:
    """Have exactly `faults` on in this process; none after the block. Not for blocks longer than ten seconds."""
    said = Armed(params=params, ttl_ms=60_000, armed_rev=BOARD.rev + 1, scope=scope, seed=seed)
    armed = {fault.name: understood(fault, said) for fault in faults}
    BOARD.apply(
        State(
            session="test",
            epoch=max(1, BOARD.epoch),
            rev=BOARD.rev + 1,
            heard_us=int(monotonic() * 1e6),
            lease_ms=10_000,
            faults={name: one for name, one in armed.items() if one is not None},
        )
    )
    assert BOARD.switches.keys() == armed.keys()
    try:
        yield
    finally:
        BOARD.clear()
