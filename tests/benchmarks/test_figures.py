"""All benchmarks are run by `make bench`, and their figures say whether a promise is kept."""

import math
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import figures
from benchmarks.__main__ import BENCHMARKS
from benchmarks.distribution import line
from benchmarks.figures import Figure
from tests.support.pages import ROOT, page


@pytest.mark.parametrize(
    ("figure", "row"),
    [
        (Figure("start", 1.0067, "s", 3.0), ("start", "1.01 s", "≤ 3 s", "met")),
        (Figure("start", 3.2, "s", 3.0), ("start", "3.2 s", "≤ 3 s", "MISSED")),
        (Figure("ratio", 0.62, "", 0.6, at_least=True), ("ratio", "0.62", "≥ 0.6", "met")),
        (Figure("ratio", 0.59, "", 0.6, at_least=True), ("ratio", "0.59", "≥ 0.6", "MISSED")),
        (Figure("hung", 1984.02, "ms", 2100), ("hung", "1984 ms", "≤ 2100 ms", "met")),
    ],
)
def test_a_figure_tells_its_goal_and_whether_it_is_met(figure: Figure, row: tuple[str, ...]) -> None:
    """At most, or at least."""
    assert figure.row() == row


def test_figures_survive_the_way_to_the_table(tmp_path: Path) -> None:
    """From one process to another."""
    told = [Figure("start", 1.0, "s", 3.0), Figure("ratio", 0.62, "", 0.6, at_least=True)]
    figures.write(told, tmp_path / "figures.json")
    assert figures.read(tmp_path / "figures.json") == told


def test_what_was_missed_counts_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is left out because it took too long."""
    (figure,) = line("inject", [1.0] * 98 + [math.inf] * 2, 50.0)
    assert not figure.met
    assert "2 of 100 missed" in capsys.readouterr().out
    (figure,) = line("inject", [1.0] * 100, 50.0)
    assert figure.met
    assert "missed" not in capsys.readouterr().out


def started_by(line: str) -> set[str]:
    """Return the modules of the folder that have this line."""
    return {module.stem for module in (ROOT / "benchmarks").glob("[!_]*.py") if line in module.read_text()}


def test_every_benchmark_with_a_goal_is_run() -> None:
    """Whatever tells figures, and nothing else."""
    assert started_by("figures.arguments(__doc__)") == set(BENCHMARKS)


def test_every_benchmark_is_explained() -> None:
    """Under a heading of its own in `docs/benchmarks.md`."""
    explained = page(ROOT / "docs" / "benchmarks.md").anchors()
    assert started_by("def main()") - explained == set()


def test_one_benchmark_fills_one_line_of_the_table() -> None:
    """Its own report first, then what it promises."""
    command = [sys.executable, "-m", "benchmarks", "switch_read"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "plain attribute" in done.stdout
    assert "reading an inactive switch" in done.stdout.splitlines()[-1]


def test_a_name_that_does_not_exist_is_refused() -> None:
    """With the list of those that do."""
    command = [sys.executable, "-m", "benchmarks", "weather"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no weather" in done.stderr
