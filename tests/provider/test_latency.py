"""The provider takes believable time, or none."""

from datetime import UTC, datetime
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.provider.domain import Entry, Kind, drawn, latency_s
from services.provider.settings import Settings


def test_latencies_are_log_normal_around_the_median() -> None:
    """Half of the draws lie below the median, and the slow tail is longer than the fast one."""
    draws = sorted(latency_s(20.0, 0.4) for _ in range(20_000))

    assert median(draws) == pytest.approx(0.020, rel=0.03)
    assert draws[int(len(draws) * 0.99)] == pytest.approx(0.020 * 2.536, rel=0.1)
    assert draws[0] > 0


def test_no_latency_means_none() -> None:
    """A median of 0 switches it off, whatever the spread."""
    assert latency_s(0.0, 0.4) == 0.0


def test_latency_is_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`PROVIDER_LATENCY_MEDIAN_MS` is in milliseconds."""
    monkeypatch.setenv("PROVIDER_LATENCY_MEDIAN_MS", "7.5")
    monkeypatch.setenv("PROVIDER_DATABASE_URL", "sqlite+aiosqlite:///:memory:")

    assert Settings().latency_median_ms == 7.5


@given(st.integers(1, 10**6), st.lists(st.integers(1, 10**4), max_size=20))
def test_what_is_left_and_what_is_taken_add_up(amount_cents: int, taken: list[int]) -> None:
    """Whatever was drawn on an entry, left and taken make its amount."""
    parent = _entry(Kind.AUTHORISATION, amount_cents)
    result = drawn(parent, [_entry(Kind.CAPTURE, cents) for cents in taken])

    assert result.left_cents + result.taken_cents == amount_cents
    assert not result.voided


def _entry(kind: Kind, amount_cents: int) -> Entry:
    return Entry("id", kind, "reference", amount_cents, datetime(2026, 1, 1, tzinfo=UTC))
