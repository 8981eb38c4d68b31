"""Switching off what a run has switched on, and seeing that it is off."""

import asyncio
from collections.abc import MutableSequence, Sequence
from time import monotonic

from chaos.runner.controller import Controller
from chaos.runner.errors import ControllerFailed, SwitchedOff
from chaos.runner.lease import Lease
from chaos.runner.result import Injected

WITHIN_S = 60.0
"""A message is looked for among all that wait behind it, which takes a busy broker its time."""
POLL_S = 0.1
WATCH_S = 1.0
OVER = frozenset({"reverted", "rejected"})
OURS = frozenset({None, "expired", "done"})
"""Causes of an end that a run reckons with while it observes."""
FAILED = "recovery-failed"
"""That is its last word; what is stuck is tried again."""


async def stop(lease: Lease, controller: Controller, injected: MutableSequence[Injected]) -> list[str]:
    """End the session and note the states of what it owned; return what is not known to be off after a while."""
    await lease.end()
    deadline = monotonic() + WITHIN_S
    while True:
        injected[:] = [await _as_it_stands(one, controller) for one in injected]
        left = [one for one in injected if one.state not in OVER]
        if not left or monotonic() > deadline or all(one.state == FAILED for one in left):
            return [f"{one.fault} ({one.state})" for one in left]
        await asyncio.sleep(POLL_S)


async def ended_elsewhere(controller: Controller, injected: Sequence[Injected]) -> None:
    """Watch for ever; raise `SwitchedOff` when somebody else ends something: a person, the lever, a guard."""
    while True:
        await asyncio.sleep(WATCH_S)
        for one in tuple(injected):
            present = await _as_it_stands(one, controller)
            if present.state != "unknown" and present.cause not in OURS:
                raise SwitchedOff(f"{one.fault} was switched off while it was being observed: {present.cause}.")


async def _as_it_stands(one: Injected, controller: Controller) -> Injected:
    if one.state in OVER:
        return one
    try:
        present = await controller.activation(one.id)
    except ControllerFailed:
        return one.model_copy(update={"state": "unknown"})
    return one.model_copy(update={"state": present.state, "cause": present.cause})
