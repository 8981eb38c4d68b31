"""Alerting where Prometheus judges and Alertmanager tells: the same answers as from `observability/slo/runtime.py`."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol, Self

from observability.evidence.errors import EvidenceError
from observability.slo.alert import Alert
from observability.slo.budgets import Budgets, Standing
from observability.slo.delivery import Courier
from observability.slo.document import load
from observability.slo.notebook import Notebook
from observability.slo.presets import PRESETS
from observability.slo.relay.judged import Judged, judged
from observability.slo.relay.pager import Pager
from observability.slo.rules import Ruleset, ruleset
from observability.slo.settings import AlertsSettings
from observability.slo.source import Source
from observability.slo.verdicts import Verdicts

RULES = "/api/v1/rules"
NO_ANSWER = "What answers in the place of Prometheus does not tell how rules stand."


class Prometheus(Protocol):
    """Its HTTP API."""

    async def ask(self, path: str, parameters: dict[str, str | int]) -> Any:
        """Return the parsed answer. Raises `EvidenceError`."""


class RelayedAlerting:
    """Sends what the pager passes on while entered.

    Raises `BadDocument` for an architecture that rules cannot be made of, `sqlite3.Error` or `OSError` when the
    database cannot be opened.
    """

    def __init__(self, prometheus: Prometheus, source: Source, settings: AlertsSettings) -> None:
        self.rules: Ruleset = ruleset(load(settings.architecture), PRESETS[settings.preset])
        self._prometheus = prometheus
        self._notebook = Notebook(settings.database)
        self._courier = Courier(self._notebook, settings)
        self._budgets = Budgets(source, self.rules.objectives, self.rules.preset)
        self._last = Judged(None, "", ())
        self.pager = Pager(self._notebook, self._courier, self.rules, self._values)

    async def __aenter__(self) -> Self:
        await self._courier.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._courier.__aexit__(kind, error, where)
        self._notebook.close()

    async def verdicts(self) -> Verdicts:
        """Return what is on; while Prometheus is silent, what it said last, and that it is silent."""
        problem = ""
        try:
            told = await self._prometheus.ask(RULES, {"type": "alert"})
            self._last = judged(told["data"], self.rules)
        except EvidenceError as error:
            problem = str(error)
        except (LookupError, TypeError, ValueError):
            problem = NO_ANSWER
        last = self._last
        return Verdicts(last.at_s, problem or last.problem, last.alerts, self.pager.groups, last.missing)

    def history(self, limit: int) -> list[Alert]:
        """Return what the pager was told of, the latest first."""
        return self._notebook.history(limit)

    async def standings(self) -> list[Standing]:
        """Return how every objective stands. Raises `EvidenceError`."""
        return await self._budgets.standings()

    async def _values(self) -> Mapping[str, float]:
        return {alert.id: alert.value for alert in (await self.verdicts()).alerts}
