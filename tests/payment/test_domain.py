"""The rules of a payment."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payment.domain import (
    Answer,
    Approved,
    Captured,
    Payment,
    State,
    Status,
    Step,
    Verdict,
    cancel_wanted,
    capture_wanted,
    learned,
    next_step,
    tombstone,
)

ANSWERS: dict[Step, tuple[Answer, ...]] = {
    Step.AUTHORISE: (Approved("a1"), Verdict.DECLINED),
    Step.CAPTURE: (Captured("c1"), Verdict.LOST),
    Step.VOID: (Verdict.VOIDED, Verdict.CAPTURED_BEFORE),
    Step.REFUND: (Verdict.REFUNDED,),
}
ANY_ANSWER = [answer for answers in ANSWERS.values() for answer in answers]
GIVEN_BACK = {State.CANCELLING, State.CANCELLED, State.REFUNDING, State.REFUNDED}

payments = st.builds(
    Payment,
    order_id=st.just("o1"),
    amount_cents=st.just(1000),
    card_token=st.just("tok"),
    state=st.sampled_from(State),
    authorisation_id=st.sampled_from([None, "a1"]),
    capture_id=st.sampled_from([None, "c1"]),
)


@given(payments)
def test_every_answer_leads_on(payment: Payment) -> None:
    """Whatever is answered to the step that is due, the payment changes: nothing is asked for ever."""
    if (step := next_step(payment)) is not None:
        for answer in ANSWERS[step]:
            after = learned(payment, answer)
            assert after != payment


@given(payments)
def test_a_payment_settles_within_a_few_steps(payment: Payment) -> None:
    """On a good network at most four questions lead to a state in which nothing is open."""

    def settle(current: Payment, questions: int) -> None:
        step = next_step(current)
        assert current.is_settled == (step is None)
        if step is not None:
            assert questions < 4
            for answer in ANSWERS[step]:
                settle(learned(current, answer), questions + 1)

    settle(payment, 0)


@given(payments, st.lists(st.sampled_from(ANY_ANSWER), max_size=8))
def test_nothing_brings_back_what_was_cancelled(payment: Payment, news: list[Answer]) -> None:
    """After a cancellation no answer, however late, and no wish to capture leads anywhere but to giving back."""
    cancelled = cancel_wanted(payment)
    for answer in news:
        assert cancelled.state in GIVEN_BACK
        assert capture_wanted(cancelled) == cancelled
        assert cancel_wanted(cancelled) == cancelled
        cancelled = learned(cancelled, answer)


@given(payments, st.sampled_from(ANY_ANSWER))
def test_old_news_changes_nothing(payment: Payment, answer: Answer) -> None:
    """An answer that has been learned before is not learned again."""
    after = learned(payment, answer)
    if after.state is not State.REFUNDING or not isinstance(answer, Verdict):
        assert learned(after, answer) == after


@pytest.mark.parametrize("state", sorted(set(State) - {State.AUTHORISED}))
def test_only_held_money_is_captured(state: State) -> None:
    """Wishing to capture changes an authorised payment and no other."""
    payment = replace(tombstone("o1"), state=state, authorisation_id="a1")
    assert capture_wanted(payment) == payment
    assert capture_wanted(replace(payment, state=State.AUTHORISED)).state is State.CAPTURING


@given(payments)
def test_what_is_said_of_a_payment_is_never_too_good(payment: Payment) -> None:
    """Authorised and captured only when the network has said so; cancelled and refunded as soon as that is certain."""
    if payment.status in {Status.AUTHORISED, Status.CAPTURED}:
        assert payment.is_settled
    assert (payment.status in {Status.CANCELLED, Status.REFUNDED}) == (payment.state in GIVEN_BACK)
