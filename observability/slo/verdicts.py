"""What can be asked about alerts, whoever judges them: ourselves (`runtime.py`), or Prometheus (`relay/`)."""

from dataclasses import dataclass
from typing import Protocol

from observability.slo.alert import Alert
from observability.slo.budgets import Standing
from observability.slo.grouping import Group
from observability.slo.rules import Ruleset


@dataclass(frozen=True)
class Verdicts:
    """What the last evaluation found."""

    at_s: float | None
    """When it was; None: there was none yet."""
    problem: str
    """Why nothing can be judged now; empty when all is well. What fired before goes on firing."""
    alerts: tuple[Alert, ...]
    """Pending or firing."""
    groups: tuple[Group, ...]
    """Matters that somebody was told of."""
    missing: frozenset[str] = frozenset()
    """Ids of rules that whoever judges has not loaded."""


class Judge(Protocol):
    """Knows how rules stand."""

    rules: Ruleset

    async def verdicts(self) -> Verdicts:
        """Return what is on."""

    def history(self, limit: int) -> list[Alert]:
        """Return what fired, the latest first."""

    async def standings(self) -> list[Standing]:
        """Return how every objective stands. Raises `EvidenceError`."""
