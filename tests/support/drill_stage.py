"""What a drill has around it, in memory: a controller's API on a real socket, alerts and acts that a test sets."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chaos.scenario.model import Scenario
from drill.catalogue import Entry
from drill.playing.game import Game, Plan
from drill.playing.ports import Around
from drill.playing.session import Session
from drill.playing.sheet import Sheet
from tests.support.clocks import MonotonicClock
from tests.support.fake_chaos_api import FakeChaosApi
from tests.support.fake_surroundings import FakeBook, FakeEvidence, FakeLab
from tests.support.polling import poll_until_async

DRIFT, MEMORY = "ledger_drift_cents", "process_resident_memory_bytes"


async def until(check: Callable[[], object], waiting_for: str) -> None:
    """Return when `check()` is true; fail when it is not in time."""

    async def asked() -> bool:
        return bool(check())

    await poll_until_async(asked, waiting_for)


@dataclass
class FakePager:
    """Keeps what it hears."""

    pages: list[tuple[str, str]] = field(default_factory=list)

    def page(self, text: str, by: str) -> None:
        """Keep it."""
        self.pages.append((text, by))

    def news(self, what: str) -> None:
        """Not kept."""


@dataclass
class DrillStage:
    """The drift is 20 cents, and its alert fires, while the fault is on; and nothing otherwise."""

    api: FakeChaosApi
    book: FakeBook
    lab: FakeLab = field(default_factory=FakeLab)
    evidence: FakeEvidence = field(default_factory=lambda: FakeEvidence({DRIFT: 0.0, MEMORY: 1.0}))
    pager: FakePager = field(default_factory=FakePager)
    clock: MonotonicClock = field(default_factory=lambda: MonotonicClock(1_700_000_000.0))
    fires: dict[str, str] = field(default_factory=dict)
    acts: list[str] = field(default_factory=list)
    is_silent: bool = False
    """Whether no alert is for this."""

    def __post_init__(self) -> None:
        self.api.changed = self.follow

    def follow(self, on: set[str]) -> None:
        """Show the signs while the fault is on."""
        self.evidence.metrics[DRIFT] = 20.0 if on else 0.0
        if on and not self.is_silent:
            self.fires["a1"] = "LedgerDrift"
        else:
            self.fires.pop("a1", None)

    async def firing(self) -> Mapping[str, str]:
        """Return what fires."""
        return dict(self.fires)

    def since(self, at_s: float) -> Sequence[str]:
        """Return what was done, whenever that was."""
        del at_s
        return list(self.acts)

    @property
    def around(self) -> Around:
        """Everything for a drill."""
        return Around(self.book, self.lab, self, self, self.pager)

    def game(self, scenario: Scenario, **plan: Any) -> Game:
        """Return a game that has not begun; it looks for signs all the time."""
        usual = {"seed": 7, "delay_s": 0.0, "message_s": 1e9, "limit_s": 60.0, "every_s": 0.01, "calm_s": 0.0}
        repairable = bool(Entry(scenario).faults)
        session = Session(scenario, 7, "somebody", is_repairable=repairable, clock=self.clock)
        return Game(session, Plan(**{**usual, **plan}), self.around, lambda *_: self.evidence)

    async def paged(self, game: Game) -> "asyncio.Task[Sheet]":
        """Begin to play and return when the page has come."""
        playing = asyncio.create_task(game.play())
        await until(lambda: self.pager.pages or playing.done(), "the page")
        assert self.pager.pages, playing.result()
        return playing
