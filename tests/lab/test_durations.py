"""Durations as people type them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab import durations


@pytest.mark.parametrize(
    ("typed", "meant_s"), [("30s", 30), ("5m", 300), ("1h", 3600), ("1h30m", 5400), ("0.5s", 0.5), (" 5M ", 300)]
)
def test_a_duration_means_seconds(typed: str, meant_s: float) -> None:
    """Hours, minutes and seconds, in this order, each of them optional."""
    assert durations.seconds(typed) == meant_s


@pytest.mark.parametrize("typed", ["", " ", "5", "m5", "5 minutes", "5m1h", "-5m", "1e3s", "5mm", "٥m ", "5m\n5m"])
def test_anything_else_is_told_what_to_write(typed: str) -> None:
    """The message gives examples."""
    with pytest.raises(ValueError, match="Write 30s, 5m, 1m30s or 1h"):
        durations.seconds(typed)


def test_a_bare_number_is_told_its_unit() -> None:
    """Whoever writes 90 meant 90s."""
    with pytest.raises(ValueError, match="write 90s"):
        durations.seconds("90")


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_what_is_shown_can_be_typed(duration_s: int) -> None:
    """Text and seconds go round in a circle."""
    assert durations.seconds(durations.text(duration_s)) == duration_s
