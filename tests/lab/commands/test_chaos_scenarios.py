"""`lab chaos run`, `schedule` and `scenarios`: how they are called, and what they refuse before touching anything."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chaos.scenario import loading
from lab import state
from lab.cli import root
from lab.home import Home
from tests.support.chaos_processes import ControllerProcess
from tests.support.scenario_files import changed


def lab(*arguments: str) -> Result:
    """Run `lab chaos …` in this process."""
    return CliRunner().invoke(root, ["chaos", *arguments], prog_name="lab")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of a lab of which only the controller runs."""
    folder = tmp_path_factory.mktemp("lab")
    with ControllerProcess(folder) as controller:
        Home.at(folder).run.mkdir(exist_ok=True)
        urls = {"controller": controller.url}
        written = state.LabState(supervisor=1, socket="", started_at="", port_base=1, urls=urls, replicas={})
        state.write(Home.at(folder), written)
        yield folder


def test_the_list_has_name_level_tags_and_duration() -> None:
    """Of every file, and nothing that gives an answer away."""
    listed = json.loads(lab("scenarios", "--json").stdout)["scenarios"]
    assert [one["name"] for one in listed] == loading.names()
    assert set(listed[0]) == {"name", "level", "tags", "duration_s", "requires"}
    assert re.search(r"^billing-drift +1 +25m ", lab("scenarios").stdout, re.MULTILINE)


def test_a_dry_run_is_the_same_for_the_same_seed_and_needs_no_lab() -> None:
    """Byte by byte."""
    nights = [lab("schedule", "--seed", seed, "--dry-run", "--json").stdout for seed in ("7", "7", "8")]
    assert nights[0] == nights[1] != nights[2]
    plan = json.loads(nights[0])["plan"]
    assert {play["scenario"] for play in plan} <= set(loading.names())
    assert "seed 7" in lab("schedule", "--seed", "7", "--dry-run").stdout


def test_a_night_can_be_of_some_scenarios_only() -> None:
    """By tag or by name."""
    of_tag = {one.name for one in loading.catalogue() if "network" in one.tags}
    for word, wanted in (("network", of_tag), ("slow-network", {"slow-network"})):
        night = json.loads(lab("schedule", "--seed", "7", "--only", word, "--dry-run", "--json").stdout)
        assert {play["scenario"] for play in night["plan"]} <= wanted
        assert night["plan"]


def test_spans_are_kept() -> None:
    """Pauses and holding times lie where they were asked for; one duration is a span of nothing."""
    options = ("--pause", "10s..20s", "--hold", "40s", "--for", "20m", "--concurrent", "2")
    plan = json.loads(lab("schedule", "--seed", "1", *options, "--dry-run", "--json").stdout)["plan"]
    assert {play["hold_s"] for play in plan} == {40}
    assert all(10 <= play["pause_s"] <= 20 for play in plan)
    assert {play["lane"] for play in plan} == {0, 1}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "biling-drift"), "Did you mean billing-drift?"),
        (("run", "gone.toml"), "gone.toml cannot be read"),
        (("run",), "Missing argument"),
        (("run", "billing-drift", "--seed", "-1"), "--seed"),
        (("run", "billing-drift", "--observe", "5"), "write 5s"),
        (("schedule", "--only", "mony", "--dry-run"), "Did you mean money?"),
        (("schedule", "--pause", "2m..1m", "--dry-run"), "Write 1m..2m."),
        (("schedule", "--pause", "soon", "--dry-run"), "Write 30s, 5m, 1m30s or 1h"),
        (("schedule", "--for", "60s", "--dry-run"), "The night is too short for a single scenario."),
        (("schedule", "--concurrent", "0", "--dry-run"), "--concurrent"),
    ],
)
def test_a_mistake_is_told_what_to_write(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """Exit code 2, and the way out."""
    result = lab(*arguments, "--home", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_a_file_of_ones_own_is_checked_like_any_other(tmp_path: Path) -> None:
    """All mistakes, with their lines; it need not be in the catalogue."""
    file = tmp_path / "small.toml"
    file.write_text(changed(("level = 1", "level = 9"), ("at_most = 0", "at_mst = 0")))
    result = lab("run", str(file), "--home", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert all(
        told in result.stderr for told in ("small.toml cannot be played:", "line 3: `level`", "line 22: [[steady]]")
    )


def test_without_a_lab_it_says_how_to_start_one(tmp_path: Path) -> None:
    """For a run and for a night."""
    for arguments in (("run", "billing-drift"), ("schedule", "--seed", "1")):
        result = lab(*arguments, "--home", str(tmp_path))
        assert result.exit_code == 2
        assert "lab up" in result.stderr


def test_a_lab_that_cannot_play_it_is_told_why_and_nothing_was_touched(home: Path) -> None:
    """Exit code 2; for programs in JSON, with a code."""
    result = lab("run", "billing-drift", "--home", str(home))
    assert result.exit_code == 2
    assert "No process of this lab has billing.float_drift." in result.stderr
    assert "There is no service or replica 'billing-service' to probe." in result.stderr
    error = json.loads(lab("run", "billing-drift", "--home", str(home), "--json").stdout)["error"]
    assert error["code"] == "scenario-unfit"
    assert json.loads(lab("history", "--home", str(home), "--json").stdout)["activations"] == []
