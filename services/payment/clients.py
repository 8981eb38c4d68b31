"""The card network, in this service's terms."""

from typing import Any

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourRefused, NeighbourUnavailable
from services.payment.domain import Answer, Approved, Captured, Payment, Step, Verdict

REFUSALS = {
    (Step.CAPTURE, "authorisation-voided"): Verdict.LOST,
    (Step.CAPTURE, "unknown-authorisation"): Verdict.LOST,
    (Step.VOID, "authorisation-captured"): Verdict.CAPTURED_BEFORE,
    (Step.VOID, "authorisation-voided"): Verdict.VOIDED,
}
"""Refusals that tell what has become of the money. Any other one means that we asked for nonsense."""


class CardNetwork:
    """Asks for steps of payments. The idempotency key is the order and the step: however often, it is done once."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def ask(self, step: Step, payment: Payment) -> Answer:
        """Have `step` of `payment` done and return the answer.

        Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`; after any of them but
        `NeighbourRefused` nobody knows whether the step was done.
        """
        path, body = _request(step, payment)
        key = f"{payment.order_id}:{step}"
        try:
            answer = await self._neighbour.post(path, body, headers={"Idempotency-Key": key}, route=path)
        except NeighbourRefused as refusal:
            if (verdict := REFUSALS.get((step, refusal.peer_code))) is None:
                raise
            return verdict
        try:
            return _understood(step, answer)
        except KeyError as missing:
            raise NeighbourUnavailable(self._neighbour.peer, f"its answer lacks {missing}") from None


def _request(step: Step, payment: Payment) -> tuple[str, dict[str, Any]]:
    reference = {"reference": payment.order_id}
    match step:
        case Step.AUTHORISE:
            card = {"amount_cents": payment.amount_cents, "card_token": payment.card_token}
            return "/card/authorisations", reference | card
        case Step.CAPTURE:
            held = {"authorisation_id": payment.authorisation_id, "amount_cents": payment.amount_cents}
            return "/card/captures", reference | held
        case Step.VOID:
            return "/card/voids", reference | {"authorisation_id": payment.authorisation_id}
        case Step.REFUND:
            taken = {"capture_id": payment.capture_id, "amount_cents": payment.amount_cents}
            return "/card/refunds", reference | taken


def _understood(step: Step, answer: dict[str, Any]) -> Answer:
    match step:
        case Step.AUTHORISE:
            return Approved(answer["authorisation_id"]) if answer["status"] == "approved" else Verdict.DECLINED
        case Step.CAPTURE:
            return Captured(answer["capture_id"])
        case Step.VOID:
            return Verdict.VOIDED
        case Step.REFUND:
            return Verdict.REFUNDED
