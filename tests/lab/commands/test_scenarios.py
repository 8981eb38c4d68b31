"""`lab scenarios new`: the file of a new scenario, which says itself what is still to be written."""

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chaos.scenario import loading, writing
from lab.chaos_scenarios import beginning
from lab.cli import root
from tests.support.scenario_files import SMALL


def lab(*arguments: str) -> Result:
    """Run `lab …` in this process."""
    return CliRunner().invoke(root, arguments, prog_name="lab")


@pytest.fixture
def drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of drafts, elsewhere."""
    monkeypatch.setattr(beginning, "DRAFTS", tmp_path)
    return tmp_path


def written(file: Path) -> str:
    """Return the text of a new file with something in place of each text that is to be written."""
    small = tomllib.loads(SMALL)
    text = file.read_text()
    for _, what in writing.unwritten(tomllib.loads(text)):
        new = small["tags"][0] if what.startswith("words") else small["answer"]["service"]
        new = {"the alert": "LedgerDrift", "what is s": "billing.float_drift"}.get(what[:9], new)
        text = text.replace(f"{writing.MARK} {what}", new, 1)
    return text


def test_a_new_one_is_a_draft_and_says_what_is_missing(drafts: Path) -> None:
    """Each text with its line and with what it is to be; nothing else is wrong with it."""
    told = lab("scenarios", "new", "stale-stock", "--json")
    file = drafts / "stale-stock.toml"
    assert (told.exit_code, Path(json.loads(told.stdout)["file"])) == (0, file)
    checked = lab("chaos", "run", str(file), "--dry-run")
    assert checked.exit_code == 2
    first, *rest = checked.stderr.splitlines()
    assert "stale-stock.toml cannot be played" in first
    missing = [line for line in rest if line.startswith("  line ")]
    assert len(missing) == json.loads(told.stdout)["unwritten"]
    assert all("is still to be written: " in line for line in missing)
    assert missing[0].startswith("  line 6: `title` is still")
    assert missing[4].startswith("  line 21: [[action]] 1 `fault` is still")


def test_once_it_is_written_it_can_be_played(drafts: Path) -> None:
    """There is nothing else that it lacks, and a dry run tells what would be done."""
    lab("scenarios", "new", "stale-stock")
    file = drafts / "stale-stock.toml"
    file.write_text(written(file))
    told = lab("chaos", "run", str(file), "--dry-run")
    assert (told.exit_code, told.stderr) == (0, "")
    assert "stale-stock: the file is complete." in told.stdout
    assert "at 0s  billing.float_drift, for 10m at most" in told.stdout
    plan = json.loads(lab("chaos", "run", str(file), "--dry-run", "--json").stdout)
    assert (plan["alert"], plan["actions"][0]["fault"]) == ("LedgerDrift", "billing.float_drift")


def test_a_mistake_is_told_beside_what_is_missing(drafts: Path) -> None:
    """In the order of the file."""
    lab("scenarios", "new", "stale-stock")
    file = drafts / "stale-stock.toml"
    file.write_text(file.read_text().replace("level = 1", "levl = 1"))
    told = [line.strip() for line in lab("chaos", "run", str(file), "--dry-run").stderr.splitlines()]
    assert told[1:4:2] == ["`level` is missing: 1 loud, 2 misleading, 3 two faults or a decoy, 4 emergent.",
                           "line 7: `levl` is not known here. Did you mean `level`?"]  # fmt: skip


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    """Anywhere, by its path."""
    file = tmp_path / "my-idea.toml"
    assert lab("scenarios", "new", str(file)).exit_code == 0
    assert tomllib.loads(file.read_text())["name"] == "my-idea"


@pytest.mark.parametrize(
    ("name", "says", "hint"),
    [
        ("Stale_Stock", "'Stale_Stock' is no name for a scenario.", "in lower case, with hyphens"),
        ("../stale", "'../stale' is no name", "in lower case"),
        ("a/Stale.toml", "'Stale' is no name", "in lower case"),
        ("", "'' is no name", "in lower case"),
        (loading.names()[0], f"There is a scenario {loading.names()[0]} in the catalogue.", "Choose another name."),
        ("/nowhere/at/all.toml", "/nowhere/at/all.toml cannot be written", "mkdir -p /nowhere/at"),
    ],
)
def test_what_cannot_be_is_refused(drafts: Path, name: str, says: str, hint: str) -> None:
    """With what to do instead; nothing is written."""
    refused = lab("scenarios", "new", name)
    assert refused.exit_code == 2
    assert says in refused.stderr
    assert hint in refused.stderr
    assert list(drafts.iterdir()) == []


def test_what_is_there_is_not_written_over(drafts: Path) -> None:
    """Somebody has begun with it."""
    (drafts / "mine.toml").write_text("mine")
    refused = lab("scenarios", "new", "mine")
    assert refused.exit_code == 2
    assert "is there already" in refused.stderr
    assert (drafts / "mine.toml").read_text() == "mine"


@pytest.mark.parametrize("more", [(), ("mine", "--level", "1"), ("mine", "--tag", "money"), ("mine", "yours")])
def test_it_has_to_be_called_as_it_can_be(drafts: Path, more: tuple[str, ...]) -> None:
    """By one name; level and tag are for the list."""
    assert lab("scenarios", "new", *more).exit_code == 2
    assert list(drafts.iterdir()) == []
