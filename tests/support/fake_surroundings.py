"""What a run of a scenario has around it, in memory: a lab, addresses, an audience, and evidence that can be set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from chaos.probes.addresses import Target
from chaos.probes.evidence import NoData, Page, Sample, Selector
from chaos.probes.result import ProbeResult
from chaos.runner.errors import LabFailed
from chaos.runner.result import Injected, LoadState, Phase, PhaseName


@dataclass
class FakeBook:
    """An address book that says what a test wants."""

    urls: dict[str, str] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)

    def replicas(self) -> list[Target]:
        """Return every replica."""
        return list(self.targets)

    def url(self, short: str) -> str:
        """Return the URL of a process by its short name."""
        return self.urls[short]


@dataclass
class FakeHold:
    """A load that a fake lab holds."""

    load: LoadState
    asked: list[str]

    async def release(self) -> None:
        """Note it."""
        self.asked.append("load back")


@dataclass
class FakeLab:
    """A lab that keeps what it was asked for."""

    asked: list[str] = field(default_factory=list)
    broken: bool = False
    held: bool = False

    async def hold_load(self, users: int | None, shape: str | None) -> FakeHold:
        """Note it, or fail."""
        if self.held:
            raise LabFailed("Somebody else holds the load.")
        self.asked.append(f"load {users} {shape}")
        return FakeHold(LoadState(users=users or 20, shape=shape or "night"), self.asked)

    async def reset(self) -> None:
        """Note it, or fail."""
        if self.broken:
            raise LabFailed("The disk is full.")
        self.asked.append("reset")


@dataclass
class FakeEvidence:
    """Evidence that a test sets: metric → value; what is not there is no data."""

    metrics: dict[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    async def values(self, wanted: Selector, ago_s: float = 0.0) -> list[Sample]:
        """Return the value that was set, whenever that was."""
        del ago_s
        if wanted.metric not in self.metrics:
            raise NoData(f"{wanted.of} lacks {wanted.metric}")
        return [Sample("billing-service-1", {}, self.metrics[wanted.metric])]

    async def increases(self, wanted: Selector, window_s: float) -> list[Sample]:
        """Return the value that was set."""
        del window_s
        return await self.values(wanted)

    async def settings(self, name: str, of: str) -> list[Sample]:
        """Return the value that was set under the setting's name."""
        return await self.values(Selector(name, of))

    async def page(self, path: str) -> Page:
        """Answer every page."""
        self.asked.append(path)
        return Page(200, 0.001, {})


@dataclass
class Listener:
    """An audience that keeps what it hears."""

    phases: list[PhaseName] = field(default_factory=list)
    ended: list[Phase] = field(default_factory=list)
    injected: list[Injected] = field(default_factory=list)

    def begins(self, phase: PhaseName) -> None:
        """Keep it."""
        self.phases.append(phase)

    def sees(self, results: Sequence[ProbeResult]) -> None:
        """Not kept."""

    def injects(self, injected: Injected) -> None:
        """Keep it."""
        self.injected.append(injected)

    def ends(self, phase: Phase) -> None:
        """Keep it."""
        self.ended.append(phase)
