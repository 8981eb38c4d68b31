"""The epoch only rises, whatever happens to its file."""

from pathlib import Path

import pytest

from chaos.epoch import EpochFile


def test_it_rises_with_every_life(tmp_path: Path) -> None:
    """Each controller that starts in a home has a higher epoch than the one before."""
    assert [EpochFile(tmp_path).rise() for _ in range(3)] == [1, 2, 3]


def test_it_rises_above_what_others_have_reached(tmp_path: Path) -> None:
    """A controller that hears of a higher epoch overtakes it, for good."""
    assert EpochFile(tmp_path).rise(above=41) == 42
    assert EpochFile(tmp_path).rise() == 43


@pytest.mark.parametrize("rubbish", ["", "twelve", "\n"])
def test_a_spoilt_file_counts_as_none(tmp_path: Path, rubbish: str) -> None:
    """Unreadable contents are replaced."""
    (tmp_path / "epoch").write_text(rubbish)
    assert EpochFile(tmp_path).rise() == 1
    assert EpochFile(tmp_path).rise() == 2


def test_it_rises_for_this_life_when_it_cannot_be_written(tmp_path: Path) -> None:
    """The caller learns that the disk refused, and has a higher epoch all the same."""
    epochs = EpochFile(tmp_path)
    epochs.rise()
    (tmp_path / "epoch.new").mkdir()
    with pytest.raises(OSError, match="epoch"):
        epochs.rise()
    assert epochs.current == 2
