"""What can become of a payment.

    PENDING ──approved──► AUTHORISED ──capture wanted──► CAPTURING ──captured──► CAPTURED
       │                       │                             │                       │
    declined                   └──────cancel wanted──────────┤                 cancel wanted
       ▼                                                     ▼                       ▼
    DECLINED                  CANCELLED ◄──voided── CANCELLING ──captured after all──► REFUNDING ──► REFUNDED

PENDING, CAPTURING, CANCELLING and REFUNDING are intents: committed before the card network is asked, so that whoever
finds one knows what may have been done there. They are resolved by asking the same thing again under the same
idempotency key. A capture and a void that race are decided by the network, which never grants both.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """Where a payment stands."""

    PENDING = "pending"
    AUTHORISED = "authorised"
    DECLINED = "declined"
    CAPTURING = "capturing"
    CAPTURED = "captured"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


class Status(StrEnum):
    """What is said of a payment outside of this service."""

    PENDING = "pending"
    AUTHORISED = "authorised"
    DECLINED = "declined"
    CAPTURED = "captured"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Step(StrEnum):
    """What the card network can be asked for."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment of one order. `version` counts its changes."""

    order_id: str
    amount_cents: int
    card_token: str
    state: State
    authorisation_id: str | None = None
    capture_id: str | None = None
    version: int = 1

    @property
    def status(self) -> Status:
        """What the customer may count on."""
        match self.state:
            case State.CAPTURING:
                return Status.PENDING
            case State.CANCELLING:
                return Status.CANCELLED
            case State.REFUNDING:
                return Status.REFUNDED
        return Status(self.state)

    @property
    def is_settled(self) -> bool:
        """Whether the card network has done all that was asked of this service."""
        return next_step(self) is None


@dataclass(frozen=True, slots=True)
class Approved:
    """The network holds the money."""

    authorisation_id: str


@dataclass(frozen=True, slots=True)
class Captured:
    """The network has taken the money."""

    capture_id: str


class Verdict(StrEnum):
    """Answers of the network that carry nothing else."""

    DECLINED = "declined"
    LOST = "lost"  # it does not hold the money any more, so it cannot be captured
    VOIDED = "voided"
    CAPTURED_BEFORE = "captured-before"  # too late to void
    REFUNDED = "refunded"


Answer = Approved | Captured | Verdict


def new_payment(order_id: str, amount_cents: int, card_token: str) -> Payment:
    """Return a payment that is yet to be authorised."""
    return Payment(order_id, amount_cents, card_token, State.PENDING)


def tombstone(order_id: str) -> Payment:
    """Return what keeps a payment from being made when its cancellation came first."""
    return Payment(order_id, 0, "", State.CANCELLED)


def next_step(payment: Payment) -> Step | None:
    """Return what to ask the network for, or None when there is nothing to ask for."""
    match payment.state:
        case State.PENDING:
            return Step.AUTHORISE
        case State.CAPTURING:
            return Step.CAPTURE
        case State.CANCELLING:
            # Without its id there is nothing to void: asking again under the same key tells it.
            return Step.VOID if payment.authorisation_id else Step.AUTHORISE
        case State.REFUNDING:
            return Step.REFUND if payment.capture_id else Step.CAPTURE
    return None


def capture_wanted(payment: Payment) -> Payment:
    """Return the payment with the intent to capture it, if it is authorised; else as it is."""
    return replace(payment, state=State.CAPTURING) if payment.state is State.AUTHORISED else payment


def cancel_wanted(payment: Payment) -> Payment:
    """Return the payment with the intent to undo whatever has been or may have been done."""
    match payment.state:
        case State.PENDING | State.AUTHORISED | State.CAPTURING:
            return replace(payment, state=State.CANCELLING)
        case State.CAPTURED:
            return replace(payment, state=State.REFUNDING)
        case State.DECLINED:
            return replace(payment, state=State.CANCELLED)
    return payment


def learned(payment: Payment, answer: Answer) -> Payment:
    """Return the payment after an answer of the network; as it is when the answer is old news."""
    match answer:
        case Approved(authorisation_id):
            return _approved(payment, authorisation_id)
        case Captured(capture_id):
            return _captured(payment, capture_id)
    next_state = _AFTER.get((payment.state, answer))
    return payment if next_state is None else replace(payment, state=next_state)


_AFTER = {
    (State.PENDING, Verdict.DECLINED): State.DECLINED,
    (State.CANCELLING, Verdict.DECLINED): State.CANCELLED,
    (State.CAPTURING, Verdict.LOST): State.DECLINED,
    (State.REFUNDING, Verdict.LOST): State.CANCELLED,
    (State.CANCELLING, Verdict.VOIDED): State.CANCELLED,
    (State.CANCELLING, Verdict.CAPTURED_BEFORE): State.REFUNDING,
    (State.REFUNDING, Verdict.REFUNDED): State.REFUNDED,
}


def _approved(payment: Payment, authorisation_id: str) -> Payment:
    match payment.state:
        case State.PENDING:
            return replace(payment, state=State.AUTHORISED, authorisation_id=authorisation_id)
        case State.CANCELLING:
            return replace(payment, authorisation_id=authorisation_id)
    return payment


def _captured(payment: Payment, capture_id: str) -> Payment:
    match payment.state:
        case State.CAPTURING:
            return replace(payment, state=State.CAPTURED, capture_id=capture_id)
        case State.CANCELLING | State.REFUNDING:
            return replace(payment, state=State.REFUNDING, capture_id=capture_id)
    return payment
