"""Takes a capture that is refused for one that was done, whatever its number; authorisations have their key."""

from collections.abc import Awaitable, Callable, Mapping

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourRefused
from services.payment.clients import Json, Request, request_for
from services.payment.domain import Payment, Step

Post = Callable[[Neighbour, Request, Mapping[str, str]], Awaitable[Json]]


async def ask_for(neighbour: Neighbour, post: Post, step: Step, payment: Payment) -> Json:
    """Have `step` of `payment` done and return the answer; `post` takes a neighbour, a request and headers.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    request = request_for(step, payment)
    if step is not Step.CAPTURE:
        return await post(neighbour, request, {"Idempotency-Key": f"{payment.order_id}:{step}"})
    try:
        return await post(neighbour, request, {})
    except NeighbourRefused as refusal:
        if refusal.peer_code != "exceeds-authorised":
            raise
        return {"capture_id": payment.order_id}
