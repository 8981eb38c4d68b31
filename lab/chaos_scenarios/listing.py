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
