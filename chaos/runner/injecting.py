"""Carrying out a scenario's actions, each at its time."""

import asyncio
import secrets
from collections.abc import Callable
from time import monotonic
from typing import Any

from chaos.runner.controller import Controller
from chaos.runner.errors import ControllerFailed, Refused
from chaos.runner.result import Injected
from chaos.runner.seeds import derived
from chaos.runner.wire import Activation
from chaos.scenario.actions import Action
from chaos.scenario.model import Scenario

ATTEMPTS = 4
"""Of an action that some replica did not acknowledge in time, which a busy machine is enough for."""
AGAIN_S = 0.25
TOO_LATE = "partly-applied"


def orders(scenario: Scenario, seed: int) -> list[tuple[Action, int]]:
    """Return the actions in their order, each with its seed: its own, or the one that the run's seed gives it."""
    numbers = {id(action): number for number, action in enumerate(scenario.actions)}
    return [
        (action, derived(seed, scenario.name, numbers[id(action)]) if action.seed is None else action.seed)
        for action in scenario.timeline()
    ]


class Injector:
    """Switches actions on under one session."""

    def __init__(self, controller: Controller, session: str, actor: str, heard: Callable[[Injected], None]) -> None:
        self._controller = controller
        self._session = session
        self._actor = actor
        self._heard = heard
        self.is_waiting = False
        """Whether an order has not been answered: it may have been carried out."""

    async def carry_out(self, scenario: Scenario, seed: int) -> None:
        """Carry out every action of `scenario`; raise `ControllerFailed` at the first one that is refused."""
        began = monotonic()
        for action, own_seed in orders(scenario, seed):
            await asyncio.sleep(max(0.0, began + action.at - monotonic()))
            at_s = monotonic() - began
            applied = await self._switch_on(self._order(action, own_seed))
            self.is_waiting = False
            self._heard(
                Injected(
                    id=applied.id,
                    fault=action.fault,
                    on=action.on,
                    at_s=round(at_s, 3),
                    applied_ms=applied.applied_ms,
                    seed=own_seed,
                    state=applied.state,
                    cause=applied.cause,
                )
            )

    def _order(self, action: Action, seed: int) -> dict[str, Any]:
        aimed = {"on": list(action.on)} if action.on else {}
        return aimed | {
            "fault": action.fault,
            "params": dict(action.params),
            "duration_s": action.lasts,
            "percent": action.percent,
            "baggage": action.baggage and action.baggage.model_dump(),
            "seed": seed,
            "session": self._session,
            "actor": self._actor,
        }

    async def _switch_on(self, order: dict[str, Any]) -> Activation:
        key = secrets.token_hex(8)
        for attempt in range(1, ATTEMPTS + 1):
            self.is_waiting = True
            try:
                return await self._controller.inject(order, key)
            except Refused as refusal:
                self.is_waiting = False
                if refusal.code != TOO_LATE or attempt == ATTEMPTS:
                    raise
                key = secrets.token_hex(8)  # it was taken back: this is a new order
            except ControllerFailed:
                if attempt == ATTEMPTS:
                    raise
            await asyncio.sleep(AGAIN_S)
        raise AssertionError("the last attempt returns or raises")
