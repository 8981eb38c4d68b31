"""What a run notes down while it goes on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic

from chaos.probes.result import ProbeResult
from chaos.runner.ports import Audience
from chaos.runner.result import Injected, Phase, PhaseName


class Notes:
    """Phases with their probes, and what was injected; the audience is told as it comes."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._probes: Sequence[ProbeResult] = ()
        self._phase: PhaseName | None = None
        self._began = monotonic()
        self.started_at = datetime.now(UTC)
        self.phases: list[Phase] = []
        self.injected: list[Injected] = []
        self.is_touched = False
        """Whether anything was, or may have been, switched on."""

    @property
    def took_s(self) -> float:
        """Seconds since the beginning."""
        return round(monotonic() - self._began, 3)

    @contextmanager
    def phase(self, name: PhaseName) -> Iterator[None]:
        """Note how long the body takes, and how its probes stood at its end, however it ends."""
        began, started_at = monotonic(), datetime.now(UTC)
        self._phase, self._probes = name, ()
        self._audience.begins(name)
        try:
            yield
        finally:
            took_s = round(monotonic() - began, 3)
            self.phases.append(Phase(name=name, started_at=started_at, took_s=took_s, probes=tuple(self._probes)))
            self._audience.ends(self.phases[-1])

    def saw(self, results: Sequence[ProbeResult]) -> None:
        """Note how the probes of the present phase stand."""
        if self._phase != "inject":  # what is to be seen is watched from the beginning, and judged when it is over
            self._probes = tuple(results)
        self._audience.sees(results)

    def applied(self, injected: Injected) -> None:
        """Note an action that was carried out."""
        self.is_touched = True
        self.injected.append(injected)
        self._audience.injects(injected)
