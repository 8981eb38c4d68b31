"""Probes of an activation: those that stop it when they fail, and those that have to hold once it is over."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Union

import structlog

from chaos.activations import Activation
from chaos.orders import parsed_guards, parsed_steady

if TYPE_CHECKING:
    from chaos.probes.live import LiveEvidence
    from chaos.scenario.model import Guard, Steady

SETTLE_S = 60.0
"""How long the platform has to recover."""

Claims = Union["tuple[Guard, ...]", "tuple[Steady, ...]"]

log = structlog.get_logger()


class Guarding:
    """Watches over activations of the lab whose `state_file` tells where its replicas are."""

    def __init__(self, state_file: Path | None, trip: Callable[[Activation, str], Awaitable[object]]) -> None:
        self._state_file = state_file
        self._trip = trip
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._recovering: dict[str, asyncio.Task[str]] = {}

    def watch(self, activation: Activation) -> None:
        """Have `activation` stopped when one of its guards trips."""
        if activation.order.guards:
            task = asyncio.create_task(self._watch(activation), name=f"guards of {activation.id}")
            self._watching[activation.id] = task
            task.add_done_callback(lambda _: self._watching.pop(activation.id, None))

    def leave(self, activation: Activation) -> None:
        """Stop to watch."""
        task = self._watching.pop(activation.id, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def recovery(self, activation: Activation, told: Callable[[], None]) -> str | None:
        """Return whether the platform is steady after `activation`: None, not known yet (`told` when it is); "", yes.

        Anything else says what is wrong.
        """
        if not activation.order.steady:
            return ""
        task = self._recovering.get(activation.id)
        if task is None:
            task = self._recovering[activation.id] = asyncio.create_task(self._recover(activation))
            task.add_done_callback(lambda _: told())
        if not task.done():
            return None
        del self._recovering[activation.id]
        return "" if task.cancelled() else task.result()

    async def close(self) -> None:
        """Stop all that is under way."""
        for task in [*self._watching.values(), *self._recovering.values()]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _watch(self, activation: Activation) -> None:
        from chaos.runner.errors import GuardTripped  # noqa: PLC0415 -- see `orders.parsed_guards`
        from chaos.runner.watching import guard  # noqa: PLC0415 -- as above

        guards = parsed_guards(activation.order.guards)
        try:
            async with self._evidence(guards) as evidence:
                await guard(guards, evidence)
        except GuardTripped as tripped:
            log.warning("guard.tripped", activation=activation.id, problem=str(tripped))
            await self._trip(activation, str(tripped))

    async def _recover(self, activation: Activation) -> str:
        from chaos.runner.watching import until_steady  # noqa: PLC0415 -- as above

        claims = parsed_steady(activation.order.steady)
        async with self._evidence(claims) as evidence:
            results = await until_steady(claims, evidence, SETTLE_S, lambda _: None, fresh=True)
        return "; ".join(f"{result.says}: {result.sentence}" for result in results if not result.held)

    def _evidence(self, claims: Claims) -> "LiveEvidence":
        from chaos.probes.addresses import StateFile  # noqa: PLC0415 -- as above
        from chaos.probes.live import LiveEvidence  # noqa: PLC0415 -- as above

        assert self._state_file is not None  # noqa: S101 -- orders with probes are refused without it
        selectors = [selector for claim in claims for selector in claim.probe.reads()]
        longest_s = max(claim.probe.lookback_s for claim in claims)
        return LiveEvidence(StateFile(self._state_file), selectors, longest_s)
