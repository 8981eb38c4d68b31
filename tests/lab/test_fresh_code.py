"""Who repairs a service and restarts it gets the repaired one, although its code was loaded before the fork."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.freshness import Sources

NAME = "freshly_written"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of two modules that is loaded in this process."""
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "rules.py").write_text("ANSWER = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module(f"{NAME}.rules")
    yield folder
    for name in [name for name in sys.modules if name.startswith(NAME)]:
        del sys.modules[name]


def test_untouched_sources_stay_loaded(package: Path) -> None:
    """As long as nothing changes, a fork starts with what is there."""
    sources = Sources(package.parent)
    sources.note()
    assert not sources.stale()


def test_changed_source_is_noticed_and_read_again(package: Path) -> None:
    """After a change the module is loaded anew, and others that share its package with it."""
    sources = Sources(package.parent)
    sources.note()
    (package / "rules.py").write_text("ANSWER = 'forty-two'\n")
    assert sources.stale()
    sources.forget()
    assert importlib.import_module(f"{NAME}.rules").ANSWER == "forty-two"


def test_removed_source_is_noticed(package: Path) -> None:
    """A module that is gone from disk is not served from memory."""
    sources = Sources(package.parent)
    sources.note()
    (package / "rules.py").unlink()
    assert sources.stale()
