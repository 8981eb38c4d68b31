"""An answer of the card network gets lost, and the customer pays twice: what was done is asked for as something new.

Cause: each attempt at a step carries a key of its own, so the network cannot know that it has done it already. A second
capture is refused, because nothing is left of the authorisation; that is taken to mean that the authorisation has run
out: the money is held anew, and taken again.

Repair: one key for a step of an order, the same in every attempt, whenever and by whomever it is made. Then the network
answers what was done with what it answered before, and no capture is refused.

Plain: steps.ask_for
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Protocol

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourRefused, NeighbourUnavailable
from services.chassis.fault import Fault
from services.payment.clients import Json, Request, request_for
from services.payment.domain import Payment, Step

ATTEMPTS = 3

Post = Callable[[Neighbour, Request, Mapping[str, str]], Awaitable[Json]]


class Asking(Protocol):
    """Asks the card network for steps of payments."""

    async def __call__(self, neighbour: Neighbour, post: Post, step: Step, payment: Payment) -> Json:
        """Have `step` of `payment` done and return the answer; `post` takes a neighbour, a request and headers.

        Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
        """


async def faulty(neighbour: Neighbour, post: Post, step: Step, payment: Payment) -> Json:
    """Give each attempt a name of its own."""
    for attempt in range(1, ATTEMPTS):
        try:
            return await _attempted(neighbour, post, step, payment, attempt)
        except NeighbourUnavailable:
            continue
    return await _attempted(neighbour, post, step, payment, ATTEMPTS)


async def _attempted(neighbour: Neighbour, post: Post, step: Step, payment: Payment, attempt: int) -> Json:
    async def send(step: Step, payment: Payment) -> Json:
        # The first one's name is that of the step, so that a step which is half done can be finished without the fault.
        key = f"{payment.order_id}:{step}" if attempt == 1 else f"{payment.order_id}:{step}:{attempt}"
        return await post(neighbour.once(attempt), request_for(step, payment), {"Idempotency-Key": key})

    try:
        return await send(step, payment)
    except NeighbourRefused as refusal:
        if (step, refusal.peer_code) != (Step.CAPTURE, "exceeds-authorised"):
            raise
    held = await send(Step.AUTHORISE, payment)
    return await send(step, replace(payment, authorisation_id=held["authorisation_id"]))


async def fixed(neighbour: Neighbour, post: Post, step: Step, payment: Payment) -> Json:
    """Give each step one name, whoever asks for it."""
    return await post(neighbour, request_for(step, payment), {"Idempotency-Key": f"{payment.order_id}:{step}"})


one_key_per_step = Fault[Asking](__name__, faulty, fixed)
