"""One run of one scenario: steady, inject, observe, stop, steady again; and everything as it was, however it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from time import monotonic

from chaos.probes.evidence import Evidence
from chaos.probes.result import ProbeResult
from chaos.runner.controller import Controller
from chaos.runner.errors import RunEnded
from chaos.runner.injecting import Injector
from chaos.runner.lease import TTL_S, Lease
from chaos.runner.phases import Notes
from chaos.runner.ports import Audience, Held, Lab
from chaos.runner.result import Outcome, RunResult
from chaos.runner.stopping import ended_elsewhere, stop
from chaos.runner.watching import guard, never_seen, until_seen, until_steady
from chaos.scenario.model import Scenario, Steady

STANDS_S = 5.0
"""How long a repaired platform is watched besides what its probes look back at; and how long it may take to be well."""
Work = Callable[[Lease, asyncio.TaskGroup], Awaitable[Sequence[ProbeResult]]]


@dataclass(frozen=True)
class Options:
    """How a scenario is to be played."""

    seed: int = 0
    hold_s: float = 0.0
    """How long it stays on at least."""
    keep_data: bool = False
    ttl_s: float = TTL_S
    """How long things stay on when this process is gone."""
    actor: str = "runner"
    is_trigger_only: bool = False
    """Whether what is wrong in our own code stays off: a platform that is repaired has to stand the rest."""


@dataclass(frozen=True)
class Verdict:
    """How a run ended, and why."""

    outcome: Outcome
    reason: str


class Run:
    """Plays `scenario` once. Cancelling it restores first; the result then says `interrupted`.

    With `is_trigger_only`, it is what `Scenario.trigger` returns.
    """

    def __init__(
        self,
        scenario: Scenario,
        options: Options,
        controller: Controller,
        evidence: Evidence,
        lab: Lab,
        audience: Audience,
    ) -> None:
        self._scenario = scenario
        self._options = options
        self._controller = controller
        self._evidence = evidence
        self._lab = lab
        self._notes = Notes(audience)
        self._data_reset = False

    async def play(self, versions: dict[str, str]) -> RunResult:
        """Play it, restore, and return what came of it."""
        asked = self._scenario.load
        held = await self._lab.hold_load(asked.users, asked.shape) if asked else None
        verdict = Verdict("failed", "The run crashed.")
        try:
            verdict = await _protected(self._played())
        finally:
            with self._notes.phase("restore"):
                verdict = await self._restored(held, verdict)
        notes = self._notes
        return RunResult(
            scenario=self._scenario.name,
            seed=self._options.seed,
            outcome=verdict.outcome,
            reason=verdict.reason,
            started_at=notes.started_at,
            took_s=notes.took_s,
            phases=tuple(notes.phases),
            injected=tuple(notes.injected),
            load=held.load if held else None,
            data="reset" if self._data_reset else "kept" if notes.is_touched else "untouched",
            versions=versions,
        )

    async def _played(self) -> Verdict:
        with self._notes.phase("steady"):
            missed = await self._steady(self._scenario.steady_at("before"), fresh=False)
        if missed:
            return Verdict("not-steady-before", f"Nothing was switched on, for it was not steady: {_told(missed)}")
        if self._options.is_trigger_only and self._scenario.symptoms:
            return await self._stood()
        if not self._scenario.actions:
            return await self._quiet()
        unseen, left = await self._while_on(self._injected_and_observed)
        if left:
            return Verdict("not-reverted", f"Not known to be off: {', '.join(left)}.")
        with self._notes.phase("steady again"):
            missed = await self._steady(self._scenario.steady_at("after"), fresh=True)
        if missed:
            return Verdict("not-steady-after", f"It did not become steady again: {_told(missed)}")
        if unseen:
            return Verdict("symptom-absent", f"A symptom was not seen: {_told(unseen)}")
        return Verdict("as-expected", "Every symptom was seen, and all is steady again.")

    async def _stood(self) -> Verdict:
        """Play what happens outside only: no symptom may be seen, and it has to stay well."""
        missed, left = await self._while_on(self._injected_and_stood)
        if left:
            return Verdict("not-reverted", f"Not known to be off: {', '.join(left)}.")
        if missed:
            return Verdict("not-steady-meanwhile", f"It did not stay well: {_told(missed)}")
        with self._notes.phase("steady again"):
            missed = await self._steady(self._scenario.steady_at("after"), fresh=False)
        if missed:
            return Verdict("not-steady-after", f"It is not steady now: {_told(missed)}")
        return Verdict("as-expected", "No symptom was seen, and all stayed well.")

    async def _while_on(self, work: Work) -> tuple[list[ProbeResult], list[str]]:
        """Do the work under a lease and stop; return what does not hold of it, and what is not known to be off."""
        async with Lease(self._controller, self._options.actor, self._options.ttl_s) as lease:
            try:
                missed = await self._watched(lease, work)
            finally:
                with self._notes.phase("stop"):
                    left = await stop(lease, self._controller, self._notes.injected)
        return missed, left

    async def _quiet(self) -> Verdict:
        """Play a scenario in which nothing is switched on: it has to stay steady, and its guards have to hold."""
        with self._notes.phase("observe"):
            watching = asyncio.create_task(guard(self._scenario.guards, self._evidence))
            try:
                await asyncio.wait([watching], timeout=self._options.hold_s)
                if watching.done():
                    watching.result()
            finally:
                watching.cancel()
        with self._notes.phase("steady again"):
            missed = await self._steady(self._scenario.steady_at("after"), fresh=False)
        if missed:
            return Verdict("not-steady-after", f"It did not stay steady: {_told(missed)}")
        return Verdict("as-expected", "Nothing was switched on, and all stayed steady.")

    async def _steady(self, claims: Sequence[Steady], *, fresh: bool) -> list[ProbeResult]:
        """Wait until all claims hold; return those that do not in the end."""
        results = await until_steady(claims, self._evidence, self._scenario.settle, self._notes.saw, fresh=fresh)
        return [result for result in results if not result.held]

    async def _watched(self, lease: Lease, work: Work) -> list[ProbeResult]:
        """Do the work while guards and lease hold; return what does not hold of what it was to show."""
        try:
            async with asyncio.TaskGroup() as group:
                watchers = [
                    group.create_task(lease.lost()),
                    group.create_task(guard(self._scenario.guards, self._evidence)),
                    group.create_task(ended_elsewhere(self._controller, self._notes.injected)),
                ]
                results = await work(lease, group)
                for watcher in watchers:
                    watcher.cancel()
        except BaseExceptionGroup as group:
            raise _first(group) from group
        return [result for result in results if not result.held]

    async def _inject(self, lease: Lease) -> None:
        injector = Injector(self._controller, lease.session, self._options.actor, self._notes.applied)
        with self._notes.phase("inject"):
            try:
                await injector.carry_out(self._scenario, self._options.seed)
            finally:
                self._notes.is_touched |= injector.is_waiting

    async def _injected_and_observed(self, lease: Lease, group: asyncio.TaskGroup) -> Sequence[ProbeResult]:
        began = monotonic()
        seeing = group.create_task(until_seen(self._scenario.symptoms, self._evidence, self._notes.saw))
        await self._inject(lease)
        with self._notes.phase("observe"):
            results = await seeing
            self._notes.saw(results)
            await asyncio.sleep(max(0.0, began + self._options.hold_s - monotonic()))
        return results

    async def _injected_and_stood(self, lease: Lease, group: asyncio.TaskGroup) -> Sequence[ProbeResult]:
        seeing = group.create_task(never_seen(self._scenario.symptoms, self._evidence))
        await self._inject(lease)
        with self._notes.phase("observe"):
            lasts_s = self._options.hold_s or self._scenario.longest_lookback_s + STANDS_S
            await asyncio.sleep(lasts_s)
            results = await until_steady(
                self._scenario.health_throughout, self._evidence, STANDS_S, self._notes.saw, fresh=False
            )
        seeing.cancel()
        return results

    async def _restored(self, held: Held | None, verdict: Verdict) -> Verdict:
        """Put load and data back; return `verdict`, or what was in the way."""
        try:
            if held is not None:
                await held.release()
            if self._notes.is_touched and not self._options.keep_data:
                await self._lab.reset()
                self._data_reset = True
        except RunEnded as error:
            return Verdict("failed", f"{verdict.reason} The lab could not be restored: {error}")
        return verdict


async def _protected(playing: Coroutine[None, None, Verdict]) -> Verdict:
    try:
        return await playing
    except RunEnded as ended:
        return Verdict(ended.outcome, str(ended))
    except asyncio.CancelledError:
        # It has been heard: what follows, putting everything back, is not to be cancelled unless somebody asks again.
        if task := asyncio.current_task():
            task.uncancel()
        return Verdict("interrupted", "Interrupted: everything was switched off at once.")


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the failure that came first; it has ended the others."""
    failure: BaseException = group
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure


def _told(results: Sequence[ProbeResult]) -> str:
    return "; ".join(f"{result.says}: {result.sentence}" for result in results) + "."
