"""Money is exact and statuses only move forward."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.order.domain import CANCELLABLE, SETTLED, TRANSITIONS, Line, Status, totals

LINES = st.lists(
    st.builds(
        Line,
        sku=st.just("MUG"),
        name=st.just("Mug"),
        quantity=st.integers(1, 99),
        unit_price_cents=st.integers(0, 10_000_00),
        tax_percent=st.integers(0, 100),
    ),
    max_size=20,
)


@given(LINES)
def test_five_percent_are_taken_off_larger_orders_rounded_half_even(lines: list[Line]) -> None:
    """To the cent, as decimal arithmetic has it; discount and total are what the lines cost."""
    gross = sum(line.quantity * line.unit_price_cents for line in lines)
    costs = totals(lines)
    exact = Decimal(gross) * 5 / 100 if gross >= 10_000 else Decimal(0)
    assert costs.discount_cents == int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))
    assert costs.discount_cents + costs.total_cents == gross


@pytest.mark.parametrize(
    ("gross", "discount"), [(9_999, 0), (10_000, 500), (10_010, 500), (10_030, 502), (10_011, 501), (10_009, 500)]
)
def test_the_discount_begins_at_a_hundred_euros(gross: int, discount: int) -> None:
    """A half cent goes to the even neighbour."""
    assert totals([Line("MUG", "Mug", 1, gross, 20)]).discount_cents == discount


def test_no_status_is_reached_twice() -> None:
    """So that whoever tries a change again and again comes to an end."""

    def beyond(status: Status) -> set[Status]:
        return {further for target in TRANSITIONS[status] for further in {target, *beyond(target)}}

    assert all(status not in beyond(status) for status in Status)


def test_what_is_cancelled_declined_or_given_up_stays_so() -> None:
    """Nothing leads out of an end; a fulfilled order can still be returned."""
    ends = {status for status in Status if not TRANSITIONS[status]}
    assert ends == {Status.DECLINED, Status.REJECTED, Status.ABANDONED, Status.CANCELLED}
    assert {Status.CONFIRMED, Status.PAYMENT_PENDING, Status.FULFILLED} == CANCELLABLE


def test_every_settlement_is_a_possible_change() -> None:
    """From both accepted statuses."""
    for accepted in (Status.CONFIRMED, Status.PAYMENT_PENDING):
        assert set(SETTLED.values()) <= TRANSITIONS[accepted]
