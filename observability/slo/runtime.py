"""Alerting, alive: judges all rules every few seconds and tells whoever wants to know."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog

from observability.evidence.errors import EvidenceError
from observability.slo.alert import Alert
from observability.slo.board import Board
from observability.slo.budgets import Budgets, Standing
from observability.slo.delivery import Courier
from observability.slo.document import load
from observability.slo.grouping import Group, regrouped
from observability.slo.notebook import Notebook
from observability.slo.presets import PRESETS
from observability.slo.reading import Reading
from observability.slo.rules import Ruleset, ruleset
from observability.slo.settings import AlertsSettings
from observability.slo.source import Source
from observability.slo.verdicts import Verdicts

log = structlog.get_logger()


@dataclass(frozen=True)
class Round:
    """The last evaluation."""

    at_s: float
    took_s: float
    problem: str
    """Why nothing could be judged; empty when all is well. What fired before goes on firing."""


class Alerting:
    """Evaluates while entered.

    Raises `BadDocument` for an architecture that rules cannot be made of, `sqlite3.Error` or `OSError` when the
    database cannot be opened.
    """

    def __init__(self, source: Source, settings: AlertsSettings) -> None:
        self.rules: Ruleset = ruleset(load(settings.architecture), PRESETS[settings.preset])
        preset = self.rules.preset
        terms = [condition.term for rule in self.rules.rules for condition in rule.when]
        self._source = source
        self._reading = Reading(terms, step_s=preset.every_s)
        self._notebook = Notebook(settings.database)
        self._courier = Courier(self._notebook, settings)
        self._task: asyncio.Task[None] | None = None
        self.board = Board(self.rules.rules, self._notebook.firing())
        self.groups: dict[str, Group] = self._notebook.groups()
        self.budgets = Budgets(source, self.rules.objectives, preset)
        self.last: Round | None = None

    async def __aenter__(self) -> Self:
        await self._courier.__aenter__()
        self._task = asyncio.create_task(self._evaluate_for_ever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._courier.__aexit__(kind, error, where)
        self._notebook.close()

    async def verdicts(self) -> Verdicts:
        """Return what the last evaluation found."""
        last, groups = self.last, tuple(self.groups.values())
        at_s = last.at_s if last and last.at_s else None
        return Verdicts(at_s, last.problem if last else "", tuple(self.board.alerts()), groups)

    async def standings(self) -> list[Standing]:
        """Return how every objective stands. Raises `EvidenceError`."""
        return await self.budgets.standings()

    def history(self, limit: int) -> list[Alert]:
        """Return what fired, the latest first."""
        return self._notebook.history(limit)

    async def evaluate(self) -> None:
        """Judge every rule once. Raises `EvidenceError`, and then nothing has changed."""
        began = time.perf_counter()
        at_s = await self._source.now()
        await self._reading.refresh(self._source, at_s)
        changes = self.board.update(self._reading, at_s)
        firing = [alert for alert in self.board.alerts() if alert.state == "firing"]
        regroup_s = self.rules.preset.regroup_s
        groups, notices = regrouped(self.groups, firing, changes.resolved, at_s, regroup_s)
        letters = self._courier.letters(notices)
        if changes.fired or changes.resolved or notices:
            self._notebook.note(changes.fired, changes.resolved, groups, letters, time.time())
        self.groups = groups
        if letters:
            self._courier.wake()
        _tell(changes.fired, "alert.fired")
        _tell(changes.resolved, "alert.resolved")
        self.last = Round(at_s, time.perf_counter() - began, "")

    async def _evaluate_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            try:
                await self.evaluate()
            except EvidenceError as error:
                self._stumbled(str(error))
            except Exception as error:
                log.exception("alerts.crashed", exc_info=error)
                self._stumbled(type(error).__name__)
            # A round that was late is not made up for.
            due = max(due + self.rules.preset.every_s, loop.time())
            await asyncio.sleep(due - loop.time())

    def _stumbled(self, problem: str) -> None:
        if self.last is None or self.last.problem != problem:
            log.warning("alerts.not_evaluated", problem=problem)
        self.last = Round(self.last.at_s if self.last else 0.0, 0.0, problem)


def _tell(alerts: tuple[Alert, ...], event: str) -> None:
    write = log.warning if event == "alert.fired" else log.info
    for alert in alerts:
        write(event, alert=alert.name, severity=alert.severity, owner=alert.owner, summary=alert.summary)
