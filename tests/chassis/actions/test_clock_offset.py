"""A clock that goes wrong."""

from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from services.chassis.actions.clock_offset import CLOCK_OFFSET
from services.chassis.channel_frames import Armed
from services.chassis.clock import SystemClock
from services.chassis.declaration import understood
from tests.support.faults import switched_on

A_MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("offset_s", [-30 * 86_400, -0.5, 0, 3_600.25, 30 * 86_400])
def test_a_service_is_told_another_time(offset_s: float) -> None:
    """Ahead or behind, by what was said, and only while it is on; the monotonic clock goes on as it did."""
    clock, started = SystemClock(), monotonic()
    with switched_on(CLOCK_OFFSET, offset_s=offset_s):
        told = clock.now() - timedelta(seconds=offset_s)
    assert abs(told - datetime.now(UTC)) < A_MINUTE
    assert abs(clock.now() - datetime.now(UTC)) < A_MINUTE
    assert 0 <= monotonic() - started < A_MINUTE.total_seconds()
    assert told.tzinfo is UTC


@pytest.mark.parametrize("params", [{}, {"offset_s": 30 * 86_400 + 1}, {"offset_s": "tomorrow"}])
def test_it_has_to_be_said_by_how_much(params: dict[str, object]) -> None:
    """There is no default, and a month is the most."""
    assert understood(CLOCK_OFFSET, Armed(params=params, ttl_ms=1, armed_rev=1, scope=None, seed=None)) is None
