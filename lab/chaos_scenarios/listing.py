"""Scenarios in a list, without what tells."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from chaos.scenario.model import Scenario
from lab import durations


def rows(scenarios: Sequence[Scenario]) -> list[dict[str, Any]]:
    """Return one row for each, for programs."""
    return [
        {
            "name": one.name,
            "level": one.level,
            "tags": list(one.tags),
            "duration_s": one.duration,
            "requires": list(one.requires),
        }
        for one in scenarios
    ]


def drawn(scenarios: Sequence[Scenario]) -> Table:
    """Draw them."""
    table = Table("scenario", "level", "duration", "tags", "requires", box=None, header_style="bold", pad_edge=False)
    for one in scenarios:
        row = (one.name, str(one.level), durations.text(one.duration), ", ".join(one.tags), ", ".join(one.requires))
        table.add_row(*row)
    return table


def plan(scenario: Scenario) -> dict[str, Any]:
    """Return what a run of it would do and look for, for programs. For instructors: it names faults."""
    return {
        "scenario": scenario.name,
        "actions": [one.model_dump(mode="json", by_alias=True) for one in scenario.timeline()],
        "steady": [one.says for one in scenario.steady],
        "symptoms": [{"says": one.says, "within_s": one.within} for one in scenario.symptoms],
        "guards": [one.says for one in scenario.guards],
        "alert": scenario.alert,
    }


def planned(scenario: Scenario) -> str:
    """Return the same for people."""
    lines = [f"{scenario.name}: the file is complete. A run would wait until this is so:"]
    lines += [f"  {one.says}" for one in scenario.steady_at("before")]
    for action in scenario.timeline():
        on = f" on {', '.join(action.on)}" if action.on else ""
        lines.append(f"at {durations.text(action.at)}  {action.fault}{on}, for {durations.text(action.lasts)} at most")
    lines += [f"within {durations.text(one.within)}  {one.says}" for one in scenario.symptoms]
    lines.append(f"paged by {scenario.alert}" if scenario.alert else "no alert: somebody calls")
    return "\n".join(lines)
