"""`lab chaos`: switch faults on in the running platform, each for a while, and off again."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import click

from lab import console, durations
from lab.chaos_client import ask
from lab.chaos_scenarios import commands as scenarios
from lab.home import Home

if TYPE_CHECKING:
    from rich.console import RenderableType

SHORTEST_S = 1.0
LONGEST_S = 3600.0


@click.group()
def command() -> None:
    """Faults: switch one on for a while, and off again."""


for verb in (scenarios.run, scenarios.schedule, scenarios.scenarios):
    command.add_command(verb)


@command.command("list")
@console.home
@console.as_json
def list_faults(home: Home, *, as_json: bool) -> None:
    """List the faults that the running services have."""
    answer = ask(home, "GET", "/faults")
    console.show(answer, lambda: _faults(answer["faults"]), as_json=as_json)


@command.command()
@click.argument("name")
@click.option(
    "--for",
    "duration_s",
    type=durations.Duration(SHORTEST_S, LONGEST_S),
    default="10m",
    show_default=True,
    metavar="DURATION",
    help="When it goes off by itself: 30s, 5m, from 1s to 1h.",
)
@click.option("--accept-partial", is_flag=True, help="Leave it on although some replica has not applied it.")
@console.home
@console.as_json
def inject(home: Home, name: str, duration_s: float, *, accept_partial: bool, as_json: bool) -> None:
    """Switch the fault NAME on for a while.

    Returns when every replica that has it has applied it.
    """
    order = {"fault": name, "duration_s": duration_s, "accept_partial": accept_partial}
    answer = ask(home, "POST", "/activations", order)
    console.show(answer, lambda: f"{name} is on for {durations.text(duration_s)}: {_applied(answer)}", as_json=as_json)


@command.command()
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="Whatever is on.")
@console.home
@console.as_json
def stop(home: Home, name: str | None, *, everything: bool, as_json: bool) -> None:
    """Switch the fault NAME off, or all of them.

    Stopping what is off already is fine.
    """
    if everything == (name is not None):
        raise click.UsageError("Write which fault to stop, or --all for everything that is on.")
    answer = ask(home, "POST", "/stop" + ("" if name is None else f"?{urlencode({'fault': name})}"))
    console.show(answer, lambda: _stopped(answer, name), as_json=as_json)


@command.command()
@console.home
@console.as_json
def status(home: Home, *, as_json: bool) -> None:
    """Show what is on, for how long, and who is connected."""
    answer = ask(home, "GET", "/status")
    console.show(answer, lambda: _status(answer), as_json=as_json)


def _applied(answer: dict[str, Any]) -> str:
    missing = [replica["instance"] for replica in answer["replicas"] if replica["applied_ms"] is None]
    number = len(answer["replicas"]) - len(missing)
    sentence = f"applied on {number} replica{'' if number == 1 else 's'} in {answer['applied_ms']:.1f} ms"
    return f"{sentence}; no answer from {', '.join(missing)}" if missing else sentence


def _stopped(answer: dict[str, Any], name: str | None) -> str:
    if not answer["stopped"]:
        return f"{name or 'Everything'} is off already."
    lines = [f"{', '.join(one['fault'] for one in answer['stopped'])}: off, {_applied(answer)}"]
    if any(one["state"] == "reverting" for one in answer["stopped"]):
        lines.append("Whoever did not answer shows it for two seconds more at most: then its lease ends.")
    return "\n".join(lines)


def _faults(faults: list[dict[str, Any]]) -> "RenderableType":
    from rich.table import Table  # noqa: PLC0415 -- only where something is drawn

    if not faults:
        return "No service that is up has a fault."
    table = Table("fault", "", "replicas", "what breaks", box=None, header_style="bold", pad_edge=False)
    for fault in faults:
        state = "on" if fault["active"] else "off"
        table.add_row(fault["name"], state, str(len(fault["replicas"])), fault["summary"])
    return table


def _status(answer: dict[str, Any]) -> str:
    lines = [_activation(one) for one in (*answer["active"], *answer["reverting"])] or ["Nothing is on."]
    connected = ", ".join(replica["instance"] for replica in answer["replicas"]) or "nobody"
    return "\n".join([*lines, f"Connected: {connected}"])


def _activation(one: dict[str, Any]) -> str:
    left_s = (datetime.fromisoformat(one["expires_at"]) - datetime.now(UTC)).total_seconds()
    return f"{one['fault']}: {one['state']}, {durations.text(left_s)} left"
