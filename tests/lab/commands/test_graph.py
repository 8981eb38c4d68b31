"""Claims about `lab graph` and `lab top`."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.asked_lab import AskedLab


def test_graph_is_one_line_per_edge_in_a_pipe(asked: AskedLab) -> None:
    """Who calls, who is called, how, how often, with how many errors, how fast."""
    lines = asked.lab("graph").stdout.splitlines()
    assert lines[0].split() == ["CALLER", "CALLEE", "VIA", "CALLS", "ERRORS", "P50", "P95"]
    assert len(lines) == 1 + 6
    assert lines[4].split()[:6] == ["order-service", "fulfilment-worker", "queue", "27", "0", "%"]
    edges = json.loads(asked.lab("graph", "--json").stdout)["edges"]
    assert (edges[0]["caller"], edges[0]["calls"]) == ("api-gateway", 30)


def test_picture_is_drawn_into_a_file(asked: AskedLab, tmp_path: Path) -> None:
    """Well-formed, with every service and a tooltip for every edge."""
    file = tmp_path / "graph.svg"
    shown = asked.lab("graph", "--svg", str(file))
    assert shown.stdout == f"{file}: 6 services, 6 ways between them\n"
    drawn = ElementTree.fromstring(file.read_text())  # noqa: S314 -- ours
    texts = [one.text or "" for one in drawn.iter() if one.text]
    assert {"order-service", "payment-service", "27 calls", "10 % errors"} <= set(texts)
    assert sum(text.startswith("order-service → fulfilment-worker (queue)") for text in texts) == 1


def test_picture_that_cannot_be_written_is_refused(asked: AskedLab, tmp_path: Path) -> None:
    """With the reason."""
    answer = asked.lab("graph", "--svg", str(tmp_path / "no" / "graph.svg"))
    assert answer.exit_code == 2
    assert "cannot be written: No such file or directory" in answer.stderr


def test_top_is_printed_once_in_a_pipe(asked: AskedLab) -> None:
    """Services, then edges, with trends; a service that serves nothing is told as well."""
    lines = asked.lab("top", "--window", "5m").stdout.splitlines()
    assert "6 services, last 5m, trend of 5m" in lines[0]
    assert lines[1].split() == ["SERVICE", "UP", "REQ/S", "ERRORS", "P50", "P95", "TREND"]
    assert lines[2].split()[:5] == ["api-gateway", "–", "0.1", "10", "%"]
    assert lines[2].endswith("█")
    assert lines[8].split() == ["FROM", "TO", "REQ/S", "ERRORS", "P50", "P95", "TREND"]
    assert len(lines) == 2 + 6 + 1 + 6


def test_top_for_programs(asked: AskedLab) -> None:
    """The figures as they are, trends as numbers."""
    told = json.loads(asked.lab("top", "--window", "5m", "--json").stdout)
    (gateway,) = (one for one in told["services"] if one["service"] == "api-gateway")
    assert gateway["red"]["errors"] == 3
    assert gateway["replicas"] is None
    assert len(gateway["trend_per_s"]) == 20
    assert gateway["trend_per_s"][-1] == pytest.approx(4.12, abs=0.1)
    assert {one["red"]["caller"] for one in told["edges"]} >= {"api-gateway", "order-service"}


@pytest.mark.parametrize("words", [("top", "--every", "x"), ("graph", "--since", "x"), ("top", "--window", "0s")])
def test_senseless_options_are_refused(asked: AskedLab, words: tuple[str, ...]) -> None:
    """Exit code 2."""
    assert asked.lab(*words).exit_code == 2
