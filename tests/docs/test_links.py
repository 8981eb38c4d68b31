"""Every link within the documentation leads somewhere."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.support.pages import ROOT, Page, anchor, page, pages


def broken(of: Page) -> list[str]:
    """Return the relative links of a page that lead nowhere, headings included."""
    return [target for target in of.links() if not urlsplit(target).scheme and not _resolves(of, target)]


def _resolves(of: Page, target: str) -> bool:
    path, _, heading = unquote(target).partition("#")
    file = (of.path.parent / path).resolve() if path else of.path
    if not file.exists():
        return False
    return not heading or (file.suffix == ".md" and heading in page(file).anchors())


@pytest.mark.parametrize("each", pages(), ids=lambda each: each.name)
def test_links_lead_somewhere(each: Page) -> None:
    """To a file or folder that exists, and to a heading that the page has."""
    assert broken(each) == []


def test_the_ways_into_the_documentation_are_complete() -> None:
    """Every page of `docs/` can be reached from the README by following links."""
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        if (path := ahead.pop()) in reached:
            continue
        reached.add(path)
        targets = (target.partition("#")[0] for target in page(path).links() if not urlsplit(target).scheme)
        files = [(path.parent / target).resolve() for target in targets if target]
        ahead += [file for file in files if file.suffix == ".md"]
        ahead += [file for folder in files if folder.is_dir() for file in folder.glob("*.md")]
    assert {each.path for each in pages()} - reached == set()


@pytest.mark.parametrize("target", ["gone.md", "#no-such-heading", "there.md#no-such-heading", "gone/"])
def test_a_link_that_leads_nowhere_is_caught(tmp_path: Path, target: str) -> None:
    """To a file, to a heading of the page itself, to one of another page, to a folder."""
    (tmp_path / "there.md").write_text("# There it is\n")
    here = tmp_path / "here.md"
    here.write_text(f"# Here\n\n[good](there.md#there-it-is) [good](#here) [bad]({target}) `[code](gone.md)`\n")
    assert broken(page(here)) == [target]


def test_anchors_are_those_of_the_forge() -> None:
    """Lower case, hyphens for spaces, marks gone, underscores kept."""
    assert [anchor(text) for text in ("Processes, ports, calls", "`lab up`", "telemetry_chain", "A – B")] == [
        "processes-ports-calls",
        "lab-up",
        "telemetry_chain",
        "a--b",
    ]
