"""A drill, from the seal to the sheet: everything is off and as it was when it is over, however it ends."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from chaos.probes.evidence import Evidence
from chaos.runner.controller import Controller
from chaos.runner.errors import ControllerFailed, RunEnded, SwitchedOff
from chaos.runner.injecting import Injector
from chaos.runner.lease import TTL_S, Lease
from chaos.runner.playing import OpenEvidence, live
from chaos.runner.result import Injected
from chaos.runner.stopping import OURS, WATCH_S, stop
from chaos.runner.watching import guard, until_steady
from chaos.scenario.model import Scenario
from drill.catalogue import Entry
from drill.playing import choosing
from drill.playing.ports import Around
from drill.playing.session import Session
from drill.playing.sheet import Ended, Sheet
from drill.playing.signs import CALM_S, EVERY_S, Signs

ACTOR = "lab play"


@dataclass(frozen=True)
class Plan:
    """When things happen, seconds."""

    seed: int
    delay_s: float
    """From the beginning of the drill to that of the trouble."""
    message_s: float
    """From there to the call of a person, where no alert has fired."""
    limit_s: float
    every_s: float = EVERY_S
    calm_s: float = CALM_S
    ttl_s: float = TTL_S


@dataclass(frozen=True)
class End:
    """How it ended, and why."""

    how: Ended
    reason: str = ""


async def chosen(candidates: Sequence[Scenario], seed: int, around: Around) -> Scenario:
    """Return the scenario of `seed` among those that the lab can play now.

    Raises `NoneFits`, `ControllerFailed`, or `LookupError` when there is no controller.
    """
    async with Controller(around.book.url("controller"), around.token) as controller:
        services = {one.instance: one.service for one in around.book.replicas()}
        lever, faults = (await controller.status()).lever, await controller.faults()
        fit = choosing.playable(candidates, faults, lever, services=services, provides=around.provides)
    return choosing.chosen(fit, seed)


class Game:
    """Plays a session once. Cancelling `play` ends it as abandoned."""

    def __init__(self, session: Session, plan: Plan, around: Around, open_evidence: OpenEvidence = live) -> None:
        self.session = session
        self.has_touched = False
        """Whether anything was switched on."""
        self._plan = plan
        self._around = around
        self._open_evidence = open_evidence
        self._scenario = choosing.lasting(session.scenario)
        self._ours = {fault.name for fault in Entry(session.scenario).faults}
        self._injected: list[Injected] = []
        self._is_repaired = False
        self._revealed = asyncio.Event()

    def reveal(self) -> None:
        """End it."""
        self._revealed.set()

    def roll_out(self) -> None:
        """Have repaired code run in place of what is wrong; whatever happens outside goes on."""
        self._is_repaired = True

    async def play(self) -> Sheet:
        """Play it and return the sheet; all is off by then, and the load as it was.

        Raises `ControllerFailed`, `LookupError` or `LabFailed` when it cannot begin; nothing has been touched then.
        """
        async with (
            Controller(self._around.book.url("controller"), self._around.token) as controller,
            Lease(controller, ACTOR, self._plan.ttl_s, is_sealed=True) as seal,
            self._open_evidence(self._scenario, self._around.book) as evidence,
        ):
            asked = self._scenario.load
            held = await self._around.lab.hold_load(asked.users, asked.shape) if asked else None
            try:
                end = await _protected(self._shift(controller, seal, evidence))
            finally:
                if held is not None:
                    await held.release()
            return self.session.sheet(end.how, end.reason)

    async def _shift(self, controller: Controller, seal: Lease, evidence: Evidence) -> End:
        claims = self._scenario.steady_at("before")
        results = await until_steady(claims, evidence, self._scenario.settle, lambda _: None, fresh=False)
        if not all(result.held for result in results):
            return End("failed", "The lab is not steady, so nothing was switched on. Begin anew: lab reset")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._revealed.wait(), self._plan.delay_s)
        if self._revealed.is_set():
            return End("revealed")
        before = frozenset(await self._around.alerts.firing())
        async with Lease(controller, ACTOR, self._plan.ttl_s) as lease:
            try:
                return await self._trouble(controller, [seal, lease], evidence, before)
            finally:
                await stop(lease, controller, self._injected)

    async def _trouble(
        self, controller: Controller, leases: Sequence[Lease], evidence: Evidence, before: frozenset[str]
    ) -> End:
        session, plan = self.session, self._plan
        clock = session.clock
        signs = Signs(
            session, self._around, evidence, before=before, clock=clock, every_s=plan.every_s, calm_s=plan.calm_s
        )
        session.trouble()
        work: list[Coroutine[Any, Any, object]] = [
            self._revealed.wait(),
            *(lease.lost() for lease in leases),
            guard(self._scenario.guards, evidence),
            self._inject(controller, leases[-1].session),
            self._watch_switches(controller),
            signs.watch(clock() + plan.message_s),
        ]
        tasks = [asyncio.ensure_future(one) for one in work]
        try:
            done, _ = await asyncio.wait(tasks, timeout=plan.limit_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()
        return End("revealed") if done else End("time-up", "The time is up.")

    async def _inject(self, controller: Controller, lease: str) -> None:
        """Switch on what the scenario says; then wait for ever."""
        self.has_touched = bool(self._scenario.actions)
        await Injector(controller, lease, ACTOR, self._injected.append).carry_out(self._scenario, self._plan.seed)
        await asyncio.Event().wait()

    async def _watch_switches(self, controller: Controller) -> None:
        """Watch for ever; raise `SwitchedOff` when somebody else ends something. Carry out a roll-out."""
        while True:
            await asyncio.sleep(WATCH_S)
            for one in tuple(self._injected):
                with suppress(ControllerFailed):
                    if self._is_repaired and one.fault in self._ours:
                        await controller.stop(one.id)
                    elif (await controller.activation(one.id)).cause not in OURS:
                        raise SwitchedOff("Somebody has switched everything off: the drill is over.")


async def _protected(shift: Coroutine[None, None, End]) -> End:
    try:
        return await shift
    except RunEnded as ended:
        hows: dict[str, Ended] = {"guard-tripped": "guard-tripped", "interrupted": "switched-off"}
        return End(hows.get(ended.outcome, "failed"), str(ended))
    except asyncio.CancelledError:
        # It has been heard: putting everything back is not to be cancelled unless somebody asks again.
        if task := asyncio.current_task():
            task.uncancel()
        return End("abandoned", "It was broken off; everything is off.")
