"""What a run needs from around it."""

from collections.abc import Sequence
from typing import Protocol

from chaos.probes.result import ProbeResult
from chaos.runner.result import Injected, LoadState, Phase, PhaseName


class Held(Protocol):
    """A load under a lease: when the process that holds it is gone, the load is as it was before."""

    @property
    def load(self) -> LoadState:
        """Who shops."""

    async def release(self) -> None:
        """Put the load back to what it was; what a person has changed meanwhile stays."""


class Lab(Protocol):
    """The running lab, apart from its faults."""

    async def hold_load(self, users: int | None, shape: str | None) -> Held:
        """Change who shops until it is released; None leaves as it is. Raises `LabFailed`."""

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
