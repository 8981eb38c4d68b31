"""A series that is kept as changes answers as if every sample had been kept."""

from bisect import bisect_right
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.evidence.store.extrapolation import increase, quantile
from observability.evidence.store.tracks import ENDED, LOOKBACK_S, Looks, Track

Look = tuple[bool, float | None]
LOOKS = st.lists(
    st.tuples(st.sampled_from([True, True, True, False]), st.sampled_from([None, 0.0, 1.0, 1.0, 2.0, 7.0])), max_size=12
)
"""Of each look at a replica, whether it answered, and what the series was (if it was shown)."""
MOMENTS = st.floats(-3, 30).map(lambda moment: round(moment, 2))


def track_of(looks: list[Look]) -> tuple[Track, list[tuple[float, float]]]:
    """Return a series that was looked at every other second, and its samples."""
    found, samples = Track(1, "m", {}, Looks()), []
    for number, (answered, value) in enumerate(looks):
        time_s = 2.0 * number
        if answered and value is not None:
            samples.append((time_s, value))
            if not found.values or found.values[-1] != value:
                found.change(time_s, value)
        elif answered and found.values and found.values[-1] == found.values[-1]:
            found.change(time_s, ENDED)
        found.looks.add(time_s, answered=answered)
    return found, samples


@given(LOOKS, MOMENTS, MOMENTS)
def test_what_a_window_sums_up_is_the_same(looks: list[Look], one: float, other: float) -> None:
    """How many samples, the first and the last, and what restarts took."""
    start_s, end_s = sorted((one, other))
    found, samples = track_of(looks)
    inside = [sample for sample in samples if start_s <= sample[0] <= end_s]
    stretch = found.between(start_s, end_s)
    if not inside:
        assert stretch is None
        return
    resets = sum(before[1] for before, after in pairwise(inside) if after[1] < before[1])
    assert stretch == (len(inside), *inside[0], *inside[-1], resets)
    assert list(found.samples(start_s, end_s)) == inside


@given(LOOKS, MOMENTS)
def test_the_value_at_a_moment_is_that_of_the_last_look(looks: list[Look], moment: float) -> None:
    """None when the replica did not answer then, or did not show it."""
    found, samples = track_of(looks)
    last = bisect_right([2.0 * number for number in range(len(looks))], moment) - 1
    known = dict(samples).get(2.0 * last) if last >= 0 else None
    assert found.at(moment) == known


@given(LOOKS, MOMENTS, MOMENTS)
def test_forgetting_what_was_before_changes_no_later_answer(looks: list[Look], before: float, later: float) -> None:
    """The value at that time is kept, however long ago it changed."""
    found, _ = track_of(looks)
    end_s = max(before, later)
    looked = any(before <= time_s <= end_s for time_s in found.looks.times)
    expected = found.between(before, end_s), found.at(end_s) if looked else None
    found.forget(before)
    found.looks.forget(before)
    assert (found.between(before, end_s), found.at(end_s)) == expected


def test_a_series_that_nobody_looked_at_for_long_has_ended() -> None:
    """After five minutes, as in Prometheus."""
    found, _ = track_of([(True, 1.0)])
    assert (found.at(LOOKBACK_S - 0.1), found.at(LOOKBACK_S)) == (1.0, None)


def test_a_counter_is_not_extrapolated_to_below_nothing() -> None:
    """Two in four seconds, from one on: it began two seconds before."""
    found, _ = track_of([(True, 1.0), (True, 2.0), (True, 3.0)])
    assert increase(found.between(-2.1, 4.0), -2.1, 4.0) == pytest.approx(2 * (4 + 2) / 4)


@pytest.mark.parametrize(
    ("wanted", "buckets", "value"),
    [
        (0.5, [(1.0, 5.0), (2.0, 10.0), (float("inf"), 10.0)], 1.0),
        (0.75, [(1.0, 5.0), (2.0, 10.0), (float("inf"), 10.0)], 1.5),
        (0.5, [(1.0, 0.0), (float("inf"), 0.0)], None),
        (0.5, [(1.0, 3.0)], None),
        (1.0, [(1.0, 3.0), (float("inf"), 4.0)], 1.0),
        (0.5, [(-1.0, 3.0), (float("inf"), 4.0)], -1.0),
        (0.5, [(1.0, 4.0), (2.0, 3.9), (float("inf"), 4.0)], 0.5),
    ],
)
def test_quantiles_at_the_edges(wanted: float, buckets: list[tuple[float, float]], value: float | None) -> None:
    """No observation, no last bucket, all in the last one, bounds below nothing, counts that fall."""
    assert quantile(wanted, buckets) == value
