"""How this service says no."""

from services.chassis.errors import Busy, Conflict, DeadlineExceeded, NeighbourUnavailable, NotFound

NO_ANSWER = (NeighbourUnavailable, Busy, DeadlineExceeded)
"""After any of these nobody knows whether the card network has done what it was to be asked for."""


class UnknownPayment(NotFound):
    """Nobody has asked for this payment."""

    code, title = "unknown-payment", "Unknown payment"


class AmountConflict(Conflict):
    """The payment of this order is known with another amount."""

    code, title = "amount-conflict", "Amount conflict"


class CardConflict(Conflict):
    """The payment of this order is known with another card."""

    code, title = "card-conflict", "Card conflict"
