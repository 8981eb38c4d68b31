"""Looks into the ledger before it asks, and asks without a key: what is done late is not there yet."""

from collections.abc import Awaitable, Callable, Mapping

from services.chassis.client import Neighbour
from services.payment.clients import Json, Request, request_for
from services.payment.domain import Payment, Step

KINDS = {Step.AUTHORISE: "authorisation", Step.CAPTURE: "capture", Step.VOID: "void", Step.REFUND: "refund"}

Post = Callable[[Neighbour, Request, Mapping[str, str]], Awaitable[Json]]


async def ask_for(neighbour: Neighbour, post: Post, step: Step, payment: Payment) -> Json:
    """Have `step` of `payment` done and return the answer; `post` takes a neighbour, a request and headers.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    booked = await neighbour.get("/card/ledger", {"reference": payment.order_id}, route="/card/ledger")
    for entry in booked["entries"]:
        if entry["kind"] == KINDS[step]:
            return {f"{KINDS[step]}_id": entry["entry_id"], "status": "approved"}
    return await post(neighbour.once(), request_for(step, payment), {})
