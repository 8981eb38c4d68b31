"""The card network, in this service's terms."""

from dataclasses import dataclass
from typing import Any, Protocol

from services.chassis.errors import NeighbourRefused, NeighbourUnavailable
from services.payment.domain import Answer, Approved, Captured, Payment, Step, Verdict

REFUSALS = {
    (Step.CAPTURE, "authorisation-voided"): Verdict.LOST,
    (Step.CAPTURE, "unknown-authorisation"): Verdict.LOST,
    (Step.VOID, "authorisation-captured"): Verdict.CAPTURED_BEFORE,
    (Step.VOID, "authorisation-voided"): Verdict.VOIDED,
}
"""Refusals that tell what has become of the money. Any other one means that we asked for nonsense."""


Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted to the card network."""

    path: str
    body: Json


class Line(Protocol):
    """The line to the card network."""

    peer: str
    """Its name in telemetry."""

    async def ask(self, step: Step, payment: Payment) -> Json:
        """Have `step` of `payment` done once, however often it is asked for, and return what the network says.

        Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
        """


class CardNetwork:
    """Asks for steps of payments."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def ask(self, step: Step, payment: Payment) -> Answer:
        """Have `step` of `payment` done and return the answer.

        Raises `NeighbourRefused`, and whatever is in `NO_ANSWER`.
        """
        try:
            answer = await self._line.ask(step, payment)
        except NeighbourRefused as refusal:
            if (verdict := REFUSALS.get((step, refusal.peer_code))) is None:
                raise
            return verdict
        try:
            return _understood(step, answer)
        except KeyError as missing:
            raise NeighbourUnavailable(self._line.peer, f"its answer lacks {missing}") from None


def request_for(step: Step, payment: Payment) -> Request:
    """Return what the network has to be told to have `step` of `payment` done."""
    reference = {"reference": payment.order_id}
    match step:
        case Step.AUTHORISE:
            card = {"amount_cents": payment.amount_cents, "card_token": payment.card_token}
            return Request("/card/authorisations", reference | card)
        case Step.CAPTURE:
            held = {"authorisation_id": payment.authorisation_id, "amount_cents": payment.amount_cents}
            return Request("/card/captures", reference | held)
        case Step.VOID:
            return Request("/card/voids", reference | {"authorisation_id": payment.authorisation_id})
        case Step.REFUND:
            taken = {"capture_id": payment.capture_id, "amount_cents": payment.amount_cents}
            return Request("/card/refunds", reference | taken)


def _understood(step: Step, answer: Json) -> Answer:
    match step:
        case Step.AUTHORISE:
            return Approved(answer["authorisation_id"]) if answer["status"] == "approved" else Verdict.DECLINED
        case Step.CAPTURE:
            return Captured(answer["capture_id"])
        case Step.VOID:
            return Verdict.VOIDED
        case Step.REFUND:
            return Verdict.REFUNDED
