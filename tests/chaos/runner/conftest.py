"""A controller's API on a real socket, and evidence that follows what is on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from chaos.probes.addresses import Target
from chaos.runner.playing import Surroundings, play
from chaos.runner.result import RunResult
from chaos.runner.run import Options
from chaos.scenario.model import Scenario
from tests.support.fake_chaos_api import FakeChaosApi
from tests.support.fake_surroundings import FakeBook, FakeEvidence, FakeLab, Listener
from tests.support.listening import listening
from tests.support.scenario_files import small

BOOK = [Target("billing-service-1", "billing-service", ""), Target("payment-service-1", "payment-service", "")]
PHASES = ["steady", "inject", "observe", "stop", "steady again", "restore"]
DRIFT, MEMORY = "ledger_drift_cents", "process_resident_memory_bytes"


@dataclass
class Stage:
    """Everything around a run. The drift is 20 cents while the fault is on, and nothing otherwise."""

    api: FakeChaosApi
    book: FakeBook
    lab: FakeLab = field(default_factory=FakeLab)
    evidence: FakeEvidence = field(default_factory=lambda: FakeEvidence({DRIFT: 0.0, MEMORY: 1.0}))
    listener: Listener = field(default_factory=Listener)
    provides: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.api.changed = self.follow

    def follow(self, on: set[str]) -> None:
        """Show the symptom while the fault is on."""
        self.evidence.metrics[DRIFT] = 20.0 if on else 0.0

    async def is_on(self) -> bool:
        """Whether a fault is on."""
        return bool(self.api.on)

    async def play(self, scenario: Scenario | None = None, seed: int = 7, **options: object) -> RunResult:
        """Play a scenario, the small one unless told otherwise."""
        around = Surroundings(self.book, self.lab, self.listener, self.provides)
        chosen = Options(seed=seed, **options)  # type: ignore[arg-type]
        return await play(scenario or small(), chosen, around, lambda *_: self.evidence)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A stage with a controller that answers."""
    api = FakeChaosApi()
    async with listening(api.app()) as url:
        yield Stage(api, FakeBook({"controller": url}, list(BOOK)))


def ensure_restored(stage: Stage, *, reset: bool = True) -> None:
    """Fail unless nothing is on, nobody holds a lease, and load and data are as they were."""
    assert (stage.api.on, stage.api.sessions) == (set(), 0)
    assert stage.lab.asked == ["load 40 steady", "load back", *(["reset"] if reset else [])]
