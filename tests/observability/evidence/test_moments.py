"""Times and durations, as people write them."""

import pytest

from observability.evidence.errors import BadQuery
from observability.evidence.moments import duration_s, moment_s

NOW_S = 1_800_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("30s", 30), ("5m", 300), ("1h30m", 5400), ("2d", 172_800), ("1.5", 1.5), ("0", 0), (" 1M ", 60)],
)
def test_duration_is_read(text: str, seconds: float) -> None:
    """Units from milliseconds to days, or plain seconds."""
    assert duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "5 minutes", "-1", "nan", "inf", "5x", "s"])
def test_senseless_duration_is_refused_with_examples(text: str) -> None:
    """The message shows what would do."""
    with pytest.raises(BadQuery, match="500ms"):
        duration_s(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("now", NOW_S),
        ("5m", NOW_S - 300),
        ("5m ago", NOW_S - 300),
        ("1795619010.25", 1795619010.25),
        ("2027-01-15T08:00:00Z", NOW_S),
        ("2027-01-15T09:00:00+01:00", NOW_S),
        ("2027-01-15T09:00:00 01:00", NOW_S),
        ("2027-01-15T08:00:00.5Z", NOW_S + 0.5),
    ],
)
def test_moment_is_read(text: str, seconds: float) -> None:
    """Unix seconds, RFC 3339 (also with a plus that became a blank on its way), how long ago, now."""
    assert moment_s(text, NOW_S) == seconds


@pytest.mark.parametrize(("text", "advice"), [("yesterday", "how long ago"), ("2027-01-15T08:00:00", "Z for UTC")])
def test_senseless_moment_is_refused_with_what_to_write(text: str, advice: str) -> None:
    """A time without a zone is nobody's time."""
    with pytest.raises(BadQuery, match=advice):
        moment_s(text, NOW_S)
