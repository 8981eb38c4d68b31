"""The service map has the columns that Grafana's panel looks for, and shows a loop as one."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.dashboards import boards, panels, questions
from tests.support.prometheus import NO_PROMTOOL, PROMTOOL

PANEL = next(panel for panel in panels(boards()["service-map"]) if panel["type"] == "nodeGraph")
QUERIES = {
    asked.name: asked.expr for asked in questions() if (asked.board, asked.panel) == ("service-map", PANEL["title"])
}
CALLS = 'http_client_request_duration_seconds_count{service="%s",instance="%s-1",peer="%s",method="GET",status="%s"}'


def series(caller: str, called: str, status: str, values: str) -> dict[str, str]:
    """Return calls as promtool has them."""
    return {"series": CALLS % (caller, caller, called, status), "values": values}


def edge(caller: str, called: str, colour: str, rate: float) -> dict[str, Any]:
    """Return an edge as promtool has to see it."""
    labels = {
        "id": f"{caller} → {called}", "source": caller, "target": called, "service": caller, "peer": called,
        "color": colour,
    }  # fmt: skip
    return {"labels": f"{{{','.join(f'{name}={json.dumps(value)}' for name, value in labels.items())}}}", "value": rate}


def node(name: str, replicas: int) -> dict[str, Any]:
    """Return a node as promtool has to see it."""
    return {"labels": f'{{id="{name}",title="{name}",service="{name}"}}', "value": replicas}


def verdict(folder: Path, expected: dict[str, list[dict[str, Any]]]) -> subprocess.CompletedProcess[str]:
    """Have promtool judge both queries on series in which order and inventory call each other."""
    up = [
        {"series": f'up{{service="{name}",instance="{name}-{number}"}}', "values": f"{value}x30"}
        for name, number, value in (("order", 1, 1), ("order", 2, 0), ("inventory", 1, 1), ("payment", 1, 0))
    ]
    calls = [
        series("order", "inventory", "200", "0+4x30"),
        series("inventory", "order", "200", "0+2x30"),
        series("order", "payment", "200", "0+1x30"),
        series("order", "payment", "", "0+1x30"),
    ]
    asked = [{"expr": QUERIES[name], "eval_time": "60s", "exp_samples": samples} for name, samples in expected.items()]
    test = {"interval": "2s", "input_series": [*up, *calls], "promql_expr_test": asked}
    (folder / "tests.yaml").write_text(json.dumps({"evaluation_interval": "2s", "tests": [test]}, ensure_ascii=False))
    command = [str(PROMTOOL), "test", "rules", "tests.yaml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_column_is_made_that_the_panel_takes_for_its_figure() -> None:
    """It looks at names of columns; a calculated one has the name it is given. Frames must not be joined by time."""
    (step,) = PANEL["transformations"]
    assert (step["id"], step["options"]["alias"]) == ("calculateField", "mainstat")
    assert step["options"]["timeSeries"] is False


@pytest.mark.stack
@pytest.mark.skipif(PROMTOOL is None, reason=NO_PROMTOOL)
def test_a_loop_is_an_edge_each_way(tmp_path: Path) -> None:
    """Every end of an edge is a node, also of a service that is down; where calls fail, the edge is red."""
    edges = [
        edge("order", "inventory", "gray", 2),
        edge("inventory", "order", "gray", 1),
        edge("order", "payment", "red", 1),
    ]
    nodes = [node("order", 1), node("inventory", 1), node("payment", 0)]
    said = verdict(tmp_path, {"nodes": nodes, "edges": edges})
    assert said.returncode == 0, said.stdout + said.stderr
    assert verdict(tmp_path, {"edges": edges[1:]}).returncode == 1
