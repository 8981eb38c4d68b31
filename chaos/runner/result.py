"""What came of a run."""

from datetime import datetime
from typing import Literal

from chaos.probes.result import ProbeResult
from chaos.strict import Strict

PhaseName = Literal["steady", "inject", "observe", "stop", "steady again", "restore"]
Outcome = Literal[
    "as-expected",
    "not-steady-before",
    "symptom-absent",
    "symptom-seen",
    "not-steady-meanwhile",
    "not-steady-after",
    "not-reverted",
    "guard-tripped",
    "interrupted",
    "failed",
]


class Phase(Strict):
    """One part of a run."""

    name: PhaseName
    started_at: datetime
    took_s: float
    probes: tuple[ProbeResult, ...] = ()
    """Every probe of the phase, as it was judged last."""


class Injected(Strict):
    """One action that was carried out."""

    id: str
    """Of the activation."""
    fault: str
    on: tuple[str, ...]
    at_s: float
    """When it was asked for, counted from the beginning of the injection."""
    applied_ms: float | None
    seed: int
    state: str
    """In which it was seen last."""
    cause: str | None = None
    """Why it ended."""


class LoadState(Strict):
    """Who shops."""

    users: int
    shape: str


class RunResult(Strict):
    """A whole run, for people and programs."""

    scenario: str
    seed: int
    outcome: Outcome
    reason: str
    """The outcome in a sentence."""
    started_at: datetime
    took_s: float
    phases: tuple[Phase, ...]
    injected: tuple[Injected, ...]
    load: LoadState | None
    """What the scenario asked for; None: whoever shopped already."""
    data: Literal["reset", "kept", "untouched"]
    versions: dict[str, str]

    @property
    def exit_code(self) -> int:
        """0 as expected, 1 not."""
        return 0 if self.outcome == "as-expected" else 1
