"""Dashboards, from the files that Grafana is given: whoever draws those is not needed to read them."""

import json
from pathlib import Path
from typing import Any

from lab.reference.tables import code, table

FOLDER = Path(__file__).resolve().parents[2] / "grafana" / "dashboards"


def listed() -> str:
    """Draw a heading and a table of panels for every dashboard."""
    boards = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))]
    return "\n\n".join(_board(board) for board in boards)


def _board(board: dict[str, Any]) -> str:
    rows = [(panel["title"], panel["description"], _queries(panel)) for panel in board["panels"]]
    return f"### {board['title']}\n\n{board['description']}\n\n{table(('panel', 'says', 'asks'), rows)}"


def _queries(panel: dict[str, Any]) -> str:
    return "<br>".join(code(target["expr"]) for target in panel["targets"])
