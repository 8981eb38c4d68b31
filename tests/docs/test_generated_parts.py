"""What the pages say of processes, metrics and commands is what the code says."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab.reference.markers import UnknownPart, names_in, renewed
from lab.reference.parts import parts
from tests.support.pages import ROOT, pages

OLD = "# Page\n\n<!-- generated: metrics (make docs) -->\n\nold\n\n<!-- end of metrics -->\n\nProse.\n"


def reference(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run what `make docs` runs."""
    command = [sys.executable, "-m", "lab.reference", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_generated_parts_are_current() -> None:
    """If this fails: run make docs."""
    verdict = reference("--check")
    assert verdict.returncode == 0, verdict.stdout


def test_every_part_is_on_a_page() -> None:
    """Once; a part that nobody shows need not be drawn."""
    shown = [name for page in pages() for name in names_in(page.text)]
    assert sorted(shown) == sorted(parts())


def test_a_page_that_is_not_current_is_named(tmp_path: Path) -> None:
    """The check says what to do, and writes nothing."""
    page = tmp_path / "page.md"
    page.write_text(OLD)
    verdict = reference("--check", str(page))
    assert (verdict.returncode, verdict.stdout) == (1, "page.md: not current, run make docs\n")
    assert page.read_text() == OLD


def test_renewing_changes_the_part_and_nothing_else(tmp_path: Path) -> None:
    """And a second time it changes nothing at all."""
    page = tmp_path / "page.md"
    page.write_text(OLD)
    assert reference(str(page)).returncode == 0
    new = page.read_text()
    assert new == OLD.replace("old", parts()["metrics"])
    assert reference("--check", str(page)).returncode == 0


@pytest.mark.parametrize(
    "page", [OLD.replace("generated: metrics", "generated: nonsense"), OLD.replace("end of m", "end of n")]
)
def test_a_part_that_nobody_draws_is_an_error(page: str) -> None:
    """A slip in a marker does not go unnoticed."""
    with pytest.raises(UnknownPart):
        renewed(page, parts())
