"""What a run needs from around it."""

from collections.abc import Sequence
from typing import Protocol

from chaos.probes.result import ProbeResult
from chaos.runner.result import Injected, LoadState, Phase, PhaseName


class Lab(Protocol):
    """The running lab, apart from its faults."""

    async def load(self) -> LoadState | None:
        """Return who shops; None: nobody does, and nothing is there that could shop."""

    async def set_load(self, users: int | None, shape: str | None) -> None:
        """Change who shops; None leaves as it is."""

    async def stop_load(self) -> None:
        """Let nobody shop."""

    async def reset(self) -> None:
        """Put all data back to new."""


class Audience(Protocol):
    """Who is told how a run goes."""

    def begins(self, phase: PhaseName) -> None:
        """Hear that a phase begins."""

    def sees(self, results: Sequence[ProbeResult]) -> None:
        """Hear how the probes of the phase stand; comes often."""

    def injects(self, injected: Injected) -> None:
        """Hear that an action was carried out."""

    def ends(self, phase: Phase) -> None:
        """Hear that a phase is over."""


class Nobody:
    """An audience that is not there."""

    def begins(self, phase: PhaseName) -> None:
        """Hear nothing."""

    def sees(self, results: Sequence[ProbeResult]) -> None:
        """Hear nothing."""

    def injects(self, injected: Injected) -> None:
        """Hear nothing."""

    def ends(self, phase: Phase) -> None:
        """Hear nothing."""
