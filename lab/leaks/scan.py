"""Playing a scenario and searching, while it plays and after it, whatever a trainee could look at."""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from chaos.runner.playing import Surroundings, play
from chaos.runner.result import RunResult
from chaos.runner.run import Options
from chaos.scenario.model import Scenario
from lab import state
from lab.evidence.asking import NoStore, store_of
from lab.home import Home
from lab.leaks import documents, pages, processes, traces
from lab.leaks.places import Finding, Search, Text
from lab.leaks.words import Words
from lab.logrecords import Follower
from observability.evidence.client import RemoteEvidence
from observability.evidence.errors import EvidenceError
from observability.evidence.model import Window

INSTRUMENTS = frozenset({"controller", "mesh", "loadgen"})
"""Short names of processes that the lab needs to do what it does; their own pages are not for trainees."""
LOOK_EVERY_S = 5.0


@dataclass(frozen=True)
class Scan:
    """What came of it."""

    result: RunResult
    findings: tuple[Finding, ...]
    searched: Mapping[str, int]
    """Characters, by kind of place."""
    unreachable: tuple[str, ...]
    """What could not be searched, and why."""

    @property
    def sealed(self) -> bool:
        """Whether the scenario was really on, everything could be searched, and nothing was found."""
        return self.result.exit_code == 0 and not self.findings and not self.unreachable

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        phases = self.result.phases
        return {
            "scenario": self.result.scenario,
            "seed": self.result.seed,
            "outcome": self.result.outcome,
            "reason": self.result.reason,
            "phases": [phase.model_dump(mode="json", include={"name", "started_at", "took_s"}) for phase in phases],
            "sealed": self.sealed,
            "findings": [asdict(finding) for finding in self.findings],
            "searched_characters": dict(self.searched),
            "unreachable": list(self.unreachable),
        }


async def scan(home: Home, scenario: Scenario, options: Options, around: Surroundings, words: Words) -> Scan:
    """Play `scenario` in the lab of `home` and search. Raises what `play` raises when it cannot be played."""
    search = Search(words)
    logs = Follower(lambda: sorted(home.logs.glob("*.log")))
    looks: list[str] = []
    playing = asyncio.create_task(play(scenario, options, around))
    try:
        while not playing.done():
            from_s = time.time()
            await _look(home, search)
            await asyncio.wait({playing}, timeout=LOOK_EVERY_S)
            looks.append(await _look_back(home, search, Window(from_s, time.time())))
        result = await playing
    finally:
        playing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({playing})
    search.look(Text("logs", record.replica, record.raw.decode(errors="replace")) for record in logs.news())
    search.look(documents.texts())
    # A store that is busy answers the next look; one that never does was not searched.
    unreachable = () if "" in looks else tuple(sorted(set(looks)))
    return Scan(result, tuple(search.findings), search.searched, unreachable)


async def _look(home: Home, search: Search) -> None:
    now = state.running(home)
    shown = {name: replica for name, replica in now.replicas.items() if replica["short"] not in INSTRUMENTS}
    mine = {name: one for name, one in now.replicas.items() if not one["contained"]}
    pids = {name: one["pid"] for name, one in mine.items() if one["pid"]}
    instruments = {name for name in pids if name not in shown} | {"the lab"}
    search.look(processes.texts({**pids, "the lab": now.supervisor}, instruments))
    services = {name: str(replica["url"]) for name, replica in shown.items()}
    async for text in pages.texts(services, now.url("edge"), now.url("storefront")):
        search.look([text])


async def _look_back(home: Home, search: Search, window: Window) -> str:
    """Search what was traced; return why that cannot be, if so."""
    try:
        async with RemoteEvidence(store_of(home)) as evidence:
            async for text in traces.texts(evidence, window):
                search.look([text])
    except (EvidenceError, NoStore) as error:
        return f"spans: {error}"
    return ""
