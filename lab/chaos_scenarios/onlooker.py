"""Telling people how a run goes, phase by phase."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from chaos.probes.result import ProbeResult
from chaos.runner.result import Injected, Phase, PhaseName, RunResult

MARKS = {"held": "[green]✓[/]", "missed": "[red]✗[/]", "no-data": "[yellow]?[/]"}


class Onlooker:
    """Prints to `screen`; what may still change is shown on a line of its own while a person looks on."""

    def __init__(self, screen: Console) -> None:
        self._screen = screen
        self._status: Status | None = None

    def begins(self, phase: PhaseName) -> None:
        """Name the phase."""
        self._screen.print(f"[bold]{phase}[/]")
        if self._screen.is_terminal:
            self._status = self._screen.status(f"{phase} …")
            self._status.start()

    def sees(self, results: Sequence[ProbeResult]) -> None:
        """Tell how many claims hold, and what the first of the others says."""
        if self._status is None:
            return
        waiting = [result for result in results if not result.held]
        about = f": {waiting[0].says}: {waiting[0].sentence}" if waiting else ""
        self._status.update(escape(f"{len(results) - len(waiting)} of {len(results)}{about}"))

    def injects(self, injected: Injected) -> None:
        """Tell what is on."""
        where = f" on {', '.join(injected.on)}" if injected.on else ""
        took = "" if injected.applied_ms is None else f", applied in {injected.applied_ms:.1f} ms"
        self._screen.print(escape(f"  {injected.at_s:6.1f} s  {injected.fault}{where}: {injected.state}{took}"))

    def ends(self, phase: Phase) -> None:
        """Tell what became of every probe."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        for result in phase.probes:
            self._screen.print(f"  {MARKS[result.verdict]} {escape(f'{result.says}: {result.sentence}')}")
        self._screen.print(f"  [dim]{phase.took_s:.1f} s[/]")


def summary(result: RunResult) -> str:
    """Return what came of a run, in two lines."""
    verdict = result.outcome.replace("-", " ")
    again = f"lab chaos run {result.scenario} --seed {result.seed}"
    return f"{verdict}: {result.reason}\n{result.took_s:.0f} s, data {result.data}. The same again: {again}"
