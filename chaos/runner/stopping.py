"""Switching off what a run has switched on, and seeing that it is off."""

import asyncio
from collections.abc import MutableSequence
from time import monotonic

from chaos.runner.controller import Controller
from chaos.runner.errors import ControllerFailed
from chaos.runner.lease import Lease
from chaos.runner.result import Injected

WITHIN_S = 15.0
POLL_S = 0.1
OVER = frozenset({"reverted", "rejected"})
STUCK = frozenset({"revert-stuck", "recovery-failed"})


async def stop(lease: Lease, controller: Controller, injected: MutableSequence[Injected]) -> list[str]:
    """End the session and note the states of what it owned; return what is not known to be off after a while."""
    await lease.end()
    deadline = monotonic() + WITHIN_S
    while True:
        injected[:] = [await _as_it_stands(one, controller) for one in injected]
        left = [one for one in injected if one.state not in OVER]
        if not left or monotonic() > deadline or any(one.state in STUCK for one in left):
            return [f"{one.fault} ({one.state})" for one in left]
        await asyncio.sleep(POLL_S)


async def _as_it_stands(one: Injected, controller: Controller) -> Injected:
    if one.state in OVER:
        return one
    try:
        state = (await controller.activation(one.id)).state
    except ControllerFailed:
        state = "unknown"
    return one.model_copy(update={"state": state})
