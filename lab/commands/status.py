"""`lab status`: what runs, where, and how it is."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from lab import console, control
from lab.home import Home
from lab.memory import family_kb, measured_as, memory_kb
from lab.progress import MARKS

if TYPE_CHECKING:
    from rich.console import RenderableType


@click.command()
@console.home
@console.as_json
def command(home: Home, *, as_json: bool) -> None:
    """Tell health, processes, ports, memory and load."""
    status = control.call(home, "status", timeout_s=10)
    _add_memory(status, control.call(home, "memory", timeout_s=30)["containers_kb"])
    console.show(status, _drawn(status), as_json=as_json)


def _add_memory(status: dict[str, Any], contained: Mapping[str, int | None]) -> None:
    for replica in status["replicas"]:
        replica["memory_kb"] = contained.get(replica["instance"]) if contained else family_kb(replica["pid"])
        replica["uptime_s"] = _seconds_since(replica["started_at"]) if replica["pid"] else 0
    shown = sum(replica["memory_kb"] or 0 for replica in status["replicas"])
    if contained:
        own = sum(size or 0 for size in contained.values()) - shown
    else:
        own = sum(memory_kb(status[who]) or 0 for who in ("supervisor", "forkserver") if status[who])
    kind = "containers, back ends included" if contained else measured_as()
    status["memory"] = {"kind": kind, "lab_kb": own, "total_kb": own + shown}
    status["uptime_s"] = _seconds_since(status["started_at"])
    status["healthy"] = all(replica["state"] in ("ready", "stopped") for replica in status["replicas"])


def _seconds_since(moment: str) -> int:
    return int((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()) if moment else 0


def _drawn(status: dict[str, Any]) -> "Callable[[], RenderableType]":
    def draw() -> "RenderableType":
        from rich.console import Group  # noqa: PLC0415 -- not needed for --json

        return Group(_headline(status), "", _table(status), "", *_own_code(status), _load(status["load"]))

    return draw


def _headline(status: dict[str, Any]) -> str:
    well = "[green]healthy[/]" if status["healthy"] else "[red]not healthy[/]"
    memory = f"{status['memory']['total_kb'] / 1024:.0f} MB ({status['memory']['kind']})"
    return (
        f"[bold]Nightshift[/] {well}, up {_span(status['uptime_s'])}, {memory}, supervisor pid {status['supervisor']}"
    )


def _table(status: dict[str, Any]) -> "RenderableType":
    from rich.table import Table  # noqa: PLC0415 -- not needed for --json

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title in ("", "REPLICA", "STATE", "URL"):
        table.add_column(title)
    for title in ("PID", "UP", "MEMORY", "RESTARTS"):
        table.add_column(title, justify="right")
    for replica in status["replicas"]:
        mark, colour = MARKS[replica["state"]]
        memory = f"{replica['memory_kb'] / 1024:.1f} MB" if replica["memory_kb"] else "–"
        restarts = f"[red]{replica['restarts']}[/]" if replica["restarts"] else "0"
        table.add_row(
            f"[{colour}]{mark}[/]",
            replica["instance"],
            f"[{colour}]{replica['state']}[/]",
            replica["url"],
            str(replica["pid"] or "–"),
            _span(replica["uptime_s"]),
            memory,
            restarts,
        )
    return table


def _own_code(status: dict[str, Any]) -> list[str]:
    """Say which services do not run the lab's own code."""
    where = {replica["service"]: replica["code_from"] for replica in status["replicas"] if replica.get("code_from")}
    return [f"code of {', '.join(where)}: from {folder}" for folder in set(where.values())]


def _load(load: dict[str, Any] | None) -> str:
    if load is None:
        return "load: none"
    failures = f"[red]{load['failures']} failed[/]" if load["failures"] else "none failed"
    return (
        f"load: {load['users']} shoppers ({load['shape']}, {load['state']}), {load['requests_per_s']:.1f} requests/s,"
        f" p95 {load['p95_ms']:.0f} ms, {load['requests']} requests so far, {failures}"
    )


def _span(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds}s"
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes}m {seconds:02}s" if minutes < 60 else f"{minutes // 60}h {minutes % 60:02}m"
