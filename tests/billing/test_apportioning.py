"""Splitting an amount loses nothing and favours nobody."""

from hypothesis import given
from hypothesis import strategies as st

from services.billing.faults.float_drift import apportion

CENTS = st.integers(0, 10**12)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=20)


@given(CENTS, WEIGHTS.filter(any))
def test_the_parts_sum_to_the_whole_and_none_is_a_cent_off(cents: int, weights: list[int]) -> None:
    """Each part is its exact share, rounded up or down; together they are exactly what was split."""
    parts = apportion(cents, weights)

    whole = sum(weights)
    assert sum(parts) == cents
    assert all(abs(part * whole - cents * weight) < whole for part, weight in zip(parts, weights, strict=True))


def test_odd_cents_go_to_the_largest_remainders_and_then_to_the_first() -> None:
    """A cent that cannot be divided goes where most of it belongs; among equals, to the earlier line."""
    assert apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert apportion(10, [50, 33, 17]) == [5, 3, 2]


def test_nothing_is_apportioned_where_nothing_weighs() -> None:
    """An order of free things has no share to give."""
    assert apportion(0, [0, 0]) == [0, 0]
