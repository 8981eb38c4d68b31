"""How the command line tells of mistakes, and which commands it advises."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.cli import root
from lab.console import at_home
from lab.home import Home


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("chaos", "inject", "a.b", "--for", "5x"), "is not a duration"),
        (("chaos", "inject"), "Missing argument"),
        (("chaos", "stop"), "--all"),
        (("status", "--nope"), "No such option"),
        (("nope",), "No such command"),
        (("--nope", "status"), "No such option"),
        (("up", "--port-base", "80"), "for root only"),
    ],
)
def test_wrong_usage_is_json_for_programs_and_text_for_people(words: tuple[str, ...], told: str) -> None:
    """Wherever `--json` stands, also behind the mistake; exit code 2 both ways."""
    for_program = CliRunner().invoke(root, [*words, "--json"], prog_name="lab")
    error = json.loads(for_program.stdout)["error"]
    assert (for_program.exit_code, error["code"], for_program.stderr) == (2, "usage", "")
    assert told in error["message"]
    assert error["hint"].endswith("--help")
    for_person = CliRunner().invoke(root, list(words), prog_name="lab")
    assert (for_person.exit_code, for_person.stdout) == (2, "")
    assert told in for_person.stderr


@pytest.mark.parametrize(
    ("advice", "given"),
    [
        ("Start one with: lab up --detach", "Start one with: lab up --home '/my lab' --detach"),
        ("Stop it first: lab chaos stop a.b", "Stop it first: lab chaos stop --home '/my lab' a.b"),
        ("See what it did: lab logs lab", "See what it did: lab logs --home '/my lab' lab"),
        ("or use another disk: lab up --home DIR", "or use another disk: lab up --home DIR"),
        ("lab status. End it: lab down.", "lab status --home '/my lab'. End it: lab down --home '/my lab'."),
        ("The lab is up.", "The lab is up."),
    ],
)
def test_advised_commands_mean_the_same_lab(advice: str, given: str) -> None:
    """A command to paste carries the home, unless it is the default or another one is advised."""
    assert at_home(advice, Home.at("/my lab")) == given
    assert at_home(advice, Home.at(".lab")) == advice


def test_where_no_lab_runs_is_told_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative home is one of many; the message names the folder, and the hint the home as it was typed."""
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(root, ["status", "--home", "blue"], prog_name="lab").stderr
    assert f"No lab runs in {tmp_path / 'blue'}." in told
    assert "up --home blue --detach" in told
    assert f"No lab runs in {tmp_path / '.lab'}." in CliRunner().invoke(root, ["status"], prog_name="lab").stderr
