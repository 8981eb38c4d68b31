"""The dashboards' files: current, complete, and silent about what is broken."""

import json
import subprocess
import sys
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from chaos.scenario import loading
from lab.leaks.words import Words
from services.billing.faults import FAULTS
from tests.support.dashboards import FOLDER, ROOT, boards, panels

BOARDS = boards()
PANELS = [(uid, panel) for uid, board in BOARDS.items() for panel in panels(board)]
WANTED = {"overview", "service", "flow", "data-and-queue", "service-map", "drill-room", "lab-health"}
MOST_PANELS = 18


def each_panel(value: Any) -> Any:
    """Run a test for every panel."""
    ids = [f"{uid}: {panel['title']}" for uid, panel in PANELS]
    return pytest.mark.parametrize("panel", [panel for _, panel in PANELS], ids=ids)(value)
