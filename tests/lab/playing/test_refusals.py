"""Where no drill is on, and where what was typed cannot be, a sentence says what to do; exit code 2."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lab.cli import root
from lab.home import Home


def lab(home: Path, *arguments: str) -> Result:
    """Run `lab …` in a home."""
    return CliRunner().invoke(root, [*arguments, "--home", str(home)], prog_name="lab")


@pytest.mark.parametrize(
    "arguments",
    [("ack",), ("hint",), ("answer", "billing", "floats"), ("reveal",), ("play", "status"),
     ("workspace", "create", "new"), ("prove", "--services", "new")],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("left", [None, "{", "[]", json.dumps({"socket": "/nowhere", "pid": 1})])
def test_without_a_drill(tmp_path: Path, arguments: tuple[str, ...], left: str | None) -> None:
    """Also where one was killed, whatever it has left."""
    home = Home.at(tmp_path)
    home.run.mkdir()
    if left is not None:
        home.drill_file.write_text(left)
    refused = lab(tmp_path, *arguments)
    assert refused.exit_code == 2
    assert "No drill is on" in refused.stderr
    assert "lab play" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("play",), "No lab runs"),
        (("play", "--level", "9"), "--level"),
        (("play", "later"), "later"),
        (("answer", "nothing", "at", "all"), "lab answer nothing"),
        (("scores", "--mark", "right"), "There is no drill to mark"),
        (("show", "biling-drift"), "Did you mean billing-drift?"),
        (("workspace", "create", "billing-drift", "b", "c"), "There is no scenario 'b'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    """The message names it."""
    refused = lab(tmp_path, *arguments)
    assert refused.exit_code == 2
    assert says in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_listing_gives_no_answers_away() -> None:
    """Neither titles, nor pages, nor what is switched on."""
    listed = CliRunner().invoke(root, ["scenarios", "--json"])
    rows = json.loads(listed.stdout)["scenarios"]
    assert {key for row in rows for key in row} == {"name", "level", "tags", "duration_s", "requires"}
    narrowed = json.loads(CliRunner().invoke(root, ["scenarios", "--tag", "money", "--json"]).stdout)["scenarios"]
    assert narrowed == [row for row in rows if "money" in row["tags"]] != []
    refused = CliRunner().invoke(root, ["scenarios", "--tag", "no-such"])
    assert (refused.exit_code, "the tags" in refused.stderr) == (2, True)


def test_a_page_is_shown_without_its_answer(tmp_path: Path) -> None:
    """The answer only where it is asked for; where no lab runs the files lie there for everybody."""
    page = json.loads(lab(tmp_path, "show", "billing-drift", "--json").stdout)
    assert list(page) == ["name", "page"]
    whole = json.loads(lab(tmp_path, "show", "billing-drift", "--answer", "--json").stdout)
    assert whole["answer"]["service"] == "billing-service"
