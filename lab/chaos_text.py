"""What `lab chaos` shows a person, and how it reads what a person types."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from lab import durations

if TYPE_CHECKING:
    from rich.console import RenderableType


def now() -> datetime:
    """Return the time that what is left is counted from."""
    return datetime.now(UTC)


def pair(text: str, option: str) -> tuple[str, str]:
    """Split `KEY=VALUE`. Raises click's usage error."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise click.UsageError(f"{option} {text}: write NAME=VALUE.")
    return key, value


def parameter(text: str) -> tuple[str, str | float | int]:
    """Read `NAME=VALUE`: a number where it looks like one."""
    key, value = pair(text, "--set")
    for kind in (int, float):
        try:
            return key, kind(value)
        except ValueError:
            continue
    return key, value


def injected(answer: dict[str, Any], duration_s: float) -> str:
    """Say what was switched on, and how long that took."""
    if answer["cause"] == "done":
        return f"{answer['fault']}: done. {_applied(answer)}"
    return f"{answer['fault']} is on for {durations.text(duration_s)}: {_applied(answer)}"


def stopped(answer: dict[str, Any], name: str | None) -> str:
    """Say what was switched off."""
    held = "" if name else "\nThe stop lever is held. Let faults be switched on again: lab chaos release"
    if not answer["stopped"]:
        return f"{name or 'Everything'} is off already.{held}"
    lines = [f"{', '.join(one['fault'] for one in answer['stopped'])}: off, {_applied(answer)}"]
    if any(one["state"] == "reverting" for one in answer["stopped"]):
        lines.append("Whoever did not answer shows it for two seconds more at most: then its lease ends.")
    if stuck := [one["fault"] for one in answer["stopped"] if one["state"] == "revert-stuck"]:
        lines.append(f"{', '.join(stuck)} cannot be undone at the moment; the controller goes on trying.")
    return "\n".join(lines) + held


def faults(offers: list[dict[str, Any]]) -> "RenderableType":
    """Draw what can be switched on."""
    from rich.table import Table  # noqa: PLC0415 -- only where something is drawn

    if not offers:
        return "No service that is up has a fault."
    table = Table("fault", "", "places", "parameters", "what breaks", box=None, header_style="bold", pad_edge=False)
    for fault in offers:
        params = ", ".join(map(_parameter, fault["params"]))
        table.add_row(
            fault["name"], "on" if fault["active"] else "off", str(len(fault["on"])), params, fault["summary"]
        )
    return table


def status(answer: dict[str, Any]) -> str:
    """Say what is on, and who is connected."""
    lines = [_activation(one) for one in (*answer["active"], *answer["reverting"])] or ["Nothing is on."]
    if answer["lever"]["held"]:
        lines.append("The stop lever is held. Let faults be switched on again: lab chaos release")
    if answer["journal_failing"]:
        lines.append("The journal cannot be written: nothing can be switched on. Make room on the disk.")
    connected = ", ".join(replica["instance"] for replica in answer["replicas"]) or "nobody"
    return "\n".join([*lines, f"Connected: {connected}"])


def history(activations: list[dict[str, Any]]) -> "RenderableType":
    """Draw what was ever on."""
    from rich.table import Table  # noqa: PLC0415 -- as above

    if not activations:
        return "Nothing was ever on."
    table = Table("id", "when", "fault", "where", "state", "why", "who", box=None, header_style="bold", pad_edge=False)
    for one in activations:
        where = ", ".join(one["on"]) or "everywhere"
        table.add_row(
            one["id"], _moment(one["started_at"]), one["fault"], where, one["state"], one["cause"], one["actor"]
        )
    return table


def biography(answer: dict[str, Any]) -> str:
    """Tell what became of one activation."""
    asked = {name: answer[name] for name in ("params", "percent", "baggage", "seed") if answer[name] not in (None, {})}
    lines = [f"{answer['fault']} on {', '.join(answer['on']) or 'whoever has it'}: {answer['state']}"]
    lines += [f"  {name}: {value}" for name, value in asked.items()]
    for event in answer["events"]:
        why = " ".join(filter(None, [event["cause"], event["detail"]]))
        lines.append(f"  {_moment(event['wall'])}  {event['state']:14} {why}".rstrip())
    return "\n".join(lines)


def _applied(answer: dict[str, Any]) -> str:
    missing = [replica["instance"] for replica in answer["replicas"] if replica["applied_ms"] is None]
    number = len(answer["replicas"]) - len(missing)
    sentence = f"applied on {number} replica{'' if number == 1 else 's'} in {answer['applied_ms']:.1f} ms"
    return f"{sentence}; no answer from {', '.join(missing)}" if missing else sentence


def _activation(one: dict[str, Any]) -> str:
    left_s = (datetime.fromisoformat(one["expires_at"]) - now()).total_seconds()
    where = f" on {', '.join(one['on'])}" if one["on"] else ""
    return f"{one['fault']}{where}: {one['state']}, {durations.text(left_s)} left"


def _parameter(param: dict[str, Any]) -> str:
    default = "" if param["default"] in (None, "") else f"={param['default']}"
    return f"{param['name']}{default}{' ' + param['unit'] if param['unit'] else ''}"


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%H:%M:%S.%f")[:-3]
