"""Acts, settings and dead letters as a person reads them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lab.ops.audit import Act

if TYPE_CHECKING:
    from rich.console import RenderableType


def act_done(act: dict[str, Any]) -> str:
    """Say what an act has changed, and how it is undone."""
    lines = [f"{act['act']} {act['target']}: {what}" for what in _changes(act)] or [f"{act['act']} {act['target']}"]
    if act["undoable"]:
        lines.append(f"Undo it: lab ops undo {act['id']}")
    return "\n".join(lines)


def as_records(done: Sequence[Act], shown: Sequence[Act]) -> list[dict[str, Any]]:
    """Return acts for programs, each with the act that has undone it."""
    undone = {act.undoes: act.id for act in done if act.undoes is not None and act.outcome == "done"}
    return [{**asdict(act), "undone_by": undone.get(act.id)} for act in shown]


def history(done: Sequence[Act], shown: Sequence[Act]) -> "RenderableType":
    """Draw the history, first things first."""
    from rich.table import Table  # noqa: PLC0415 -- only where something is drawn

    if not shown:
        return "Nothing was done."
    table = Table("#", "when (UTC)", "who", "what", "change", "", box=None, header_style="bold", pad_edge=False)
    for act in as_records(done, shown):
        state = act["outcome"] if act["outcome"] != "done" else f"undone by {act['undone_by']}" * bool(act["undone_by"])
        when = act["at"][:19].replace("T", " ")
        table.add_row(str(act["id"]), when, act["by"], f"{act['act']} {act['target']}", "\n".join(_changes(act)), state)
    return table


def settings(by_replica: dict[str, list[dict[str, Any]]]) -> "RenderableType":
    """Draw the settings of a service; a value that differs between its replicas is told for each."""
    from rich.table import Table  # noqa: PLC0415 -- as above

    first = next(iter(by_replica.values()))
    if not first:
        return "Nothing can be changed about it while it runs."
    table = Table("setting", "value", "default", "allowed", "", box=None, header_style="bold", pad_edge=False)
    for setting in first:
        values = {
            instance: next((one["value"] for one in those if one["name"] == setting["name"]), None)
            for instance, those in by_replica.items()
        }
        same = all(value == setting["value"] for value in values.values())
        text = _text(setting["value"]) if same else "\n".join(f"{i}: {_text(value)}" for i, value in values.items())
        allowed = "" if setting["minimum"] is None else f"{setting['minimum']:g} … {setting['maximum']:g}"
        meaning = f"{setting['summary']}{_said(setting)}"
        table.add_row(setting["name"], text, _text(setting["default"]), f"{allowed} {setting['unit']}", meaning)
    return table


def _said(setting: dict[str, Any]) -> str:
    said = setting.get("environment")
    return f" ({said['variable']}={said['value']} when the lab was started)" if said else ""


def letters(dead: list[dict[str, Any]]) -> "RenderableType":
    """Draw a list of dead letters."""
    from rich.table import Table  # noqa: PLC0415 -- as above

    if not dead:
        return "There is no dead letter."
    table = Table(
        "id", "queue", "topic", "put aside", "deliveries", "why", box=None, header_style="bold", pad_edge=False
    )
    for one in dead:
        aside = str(one["dead_at"])[:19].replace("T", " ")
        table.add_row(one["id"], one["queue"], one["topic"], aside, str(one["deliveries"]), one["reason"])
    return table


def letter(one: dict[str, Any]) -> str:
    """Show a dead letter whole."""
    rows = {**one, "headers": json.dumps(one["headers"]), "body": json.dumps(one["body"], indent=2)}
    lines = [f"{name.replace('_', ' '):11} {value}" for name, value in rows.items()]
    if one["trace_id"]:
        lines.append(f"Its trace: lab logs --trace {one['trace_id']}")
    return "\n".join(lines)


def _changes(act: dict[str, Any]) -> list[str]:
    was, now = act["was"], act["now"]
    match act["act"]:
        case "set" | "rollback":
            return [
                f"{instance} {name}: {_text(value)} → {_text(now[instance][name])}"
                for instance, settings in was.items()
                for name, value in settings.items()
            ]
        case "scale" if was is not None:
            return [f"{was} → {now} replicas"]
        case "flush" if now:
            return [f"{i} {cache}: {n} dropped" for i, caches in now.items() for cache, n in caches.items()]
        case "restart" if now:
            return [f"{instance}: pid {was[instance]} → {pid}" for instance, pid in now.items()]
        case "drain" | "undrain" if now:
            return [f"{now['under_way']} still under way" if now["under_way"] else "nothing is under way"]
        case "undo" if isinstance(now, dict) and now.get("gone"):
            return [f"taken from the queue meanwhile: {', '.join(now['gone'])}"]
        case "dead-letters replay" if now is not None:
            return [f"{len(now['replayed'])} replayed"]
    return []


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one.get("url", one)) if isinstance(one, dict) else str(one) for one in value)
    return str(value)
