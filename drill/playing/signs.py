"""Watching for the signs of the trouble: they bring the page, and when they are gone it is mitigated."""

import asyncio
from collections.abc import Callable, Collection, Mapping

from chaos.probes.evidence import Evidence
from chaos.probes.judging import judge
from chaos.runner.errors import LabFailed
from chaos.scenario.model import Steady, Symptom
from drill.playing.ports import Around
from drill.playing.session import Session

EVERY_S = 2.0
CALM_S = 20.0
"""How long the signs have to be gone until it counts; it counts from when they went."""
MESSAGE = "message"


class Signs:
    """Alerts that fire now and did not before, and the scenario's own probes."""

    def __init__(
        self,
        session: Session,
        around: Around,
        evidence: Evidence,
        *,
        before: Collection[str],
        clock: Callable[[], float],
        every_s: float = EVERY_S,
        calm_s: float = CALM_S,
    ) -> None:
        self._session = session
        self._around = around
        self._evidence = evidence
        self._before = before
        self._clock = clock
        self._every_s = every_s
        self._calm_s = calm_s
        self._quiet_since_s: float | None = None
        self._fired: set[str] = set()

    async def watch(self, message_s: float) -> None:
        """Watch for ever. Where no alert has fired by `message_s`, seconds since the epoch, somebody calls."""
        while True:
            fresh = await self._fresh()
            for name in sorted(set(fresh.values()) - self._fired):
                self._session.seen(f"the alert {name} fired")
                self._fired.add(name)
            if not self._session.is_paged:
                self._page_if_due(fresh, message_s)
            elif self._session.scenario.actions:
                await self._judge_calm(fresh)
            await asyncio.sleep(self._every_s)

    async def _fresh(self) -> Mapping[str, str]:
        try:
            firing = await self._around.alerts.firing()
        except LabFailed:
            return {}  # who judges them may just be started anew
        return {key: name for key, name in firing.items() if key not in self._before}

    def _page_if_due(self, fresh: Mapping[str, str], message_s: float) -> None:
        by = next(iter(fresh.values()), MESSAGE)
        if fresh or self._clock() >= message_s:
            self._around.pager.page(self._session.page(by), by)

    async def _judge_calm(self, fresh: Mapping[str, str]) -> None:
        acted = self._session.is_proven or bool(self._around.acts.since(self._session.paged_s))
        if not acted or not await self._is_quiet(fresh):
            self._quiet_since_s = None
            self._session.troubled()
            return
        if self._quiet_since_s is None:
            self._quiet_since_s = self._clock()
        if self._clock() - self._quiet_since_s >= self._calm_s:
            self._session.calm(self._quiet_since_s)

    async def _is_quiet(self, fresh: Mapping[str, str]) -> bool:
        scenario = self._session.scenario
        if not await self._all_hold(scenario.health_throughout):
            return False
        if scenario.corrupts_data:
            return True  # what shows the damage goes on showing it: steady is that there is no more of it
        ours = set(fresh.values()) - set(scenario.outside_alerts)
        return not ours and not await self._any_holds([one for one in scenario.symptoms if not one.outside])

    async def _all_hold(self, claims: Collection[Steady]) -> bool:
        return all([(await judge(one.says, one.probe, self._evidence)).held for one in claims])

    async def _any_holds(self, claims: Collection[Symptom]) -> bool:
        return any([(await judge(one.says, one.probe, self._evidence)).held for one in claims])
