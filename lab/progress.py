"""How a lab that starts, or ends, is shown: a table that fills on a terminal, one line per event elsewhere."""

import sys
from types import TracebackType
from typing import Any, Protocol, Self

import click

from lab.console import at_home, chosen_home

MARKS = {
    "starting": ("◌", "yellow"),
    "ready": ("●", "green"),
    "not ready": ("◐", "red"),
    "not answering": ("◐", "red"),
    "crashed": ("✗", "red"),
    "stopping": ("◌", "yellow"),
    "stopped": ("○", "bright_black"),
}


class Progress(Protocol):
    """Is told every event."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def hear(self, event: dict[str, Any]) -> None:
        """Show one event."""


class Silent:
    """Shows nothing: for `--json`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def hear(self, event: dict[str, Any]) -> None:
        """Show one event."""


class Lines(Silent):
    """One plain line per event, for pipes and CI."""

    def hear(self, event: dict[str, Any]) -> None:
        """Show one event."""
        if text := sentence(event):
            click.echo(at_home(text, chosen_home()))


def sentence(event: dict[str, Any]) -> str:
    """Say in one line what happened; nothing for what is not worth one."""
    if event["event"] == "waiting":
        return "waiting for the last processes of a former lab to end"
    if event["event"] != "replica" or event["state"] in ("starting", "stopping", "stopped"):
        return ""
    details = {
        "ready": f"in {event['ready_ms']} ms (pid {event['pid']})",
        "crashed": f"(restarts: {event['restarts']}); see lab logs lab",
    }
    return f"{event['instance']} {event['state']} {details.get(event['state'], '')}".rstrip()


class Table(Silent):
    """A live list of all replicas on a terminal."""

    def __init__(self) -> None:
        from rich.live import Live  # noqa: PLC0415 -- only for terminals

        self._states: dict[str, dict[str, Any]] = {}
        self._live = Live(refresh_per_second=12, get_renderable=self._draw, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def hear(self, event: dict[str, Any]) -> None:
        """Show one event."""
        if event["event"] == "starting":
            self._states = {name: {"state": "stopped"} for name in event["replicas"]}
        elif event["event"] == "replica":
            self._states[event["instance"]] = event
        elif event["event"] == "waiting":
            self._live.console.print("waiting for the last processes of a former lab to end")

    def _draw(self) -> Any:
        from rich.text import Text  # noqa: PLC0415 -- only for terminals

        lines = []
        for name, event in self._states.items():
            mark, colour = MARKS[event["state"]]
            took = f"{event['ready_ms']} ms" if event["state"] == "ready" else event["state"].replace("stopped", "")
            lines.append(Text.assemble((f"  {mark} ", colour), f"{name:22}", (took, "bright_black")))
        return Text("\n").join(lines)


def progress(*, silent: bool) -> Progress:
    """Return what suits the place where it is shown."""
    if silent:
        return Silent()
    return Table() if sys.stdout.isatty() else Lines()
