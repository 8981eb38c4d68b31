"""Goes on trying by itself, after a pause, with one key for all attempts."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourUnavailable
from services.payment.clients import Json, Request, request_for
from services.payment.domain import Payment, Step

ATTEMPTS = 3
PAUSE_S = 0.03

Post = Callable[[Neighbour, Request, Mapping[str, str]], Awaitable[Json]]


async def ask_for(neighbour: Neighbour, post: Post, step: Step, payment: Payment) -> Json:
    """Have `step` of `payment` done and return the answer; `post` takes a neighbour, a request and headers.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    request, headers = request_for(step, payment), {"Idempotency-Key": f"{step}/{payment.order_id}"}
    for attempt in range(1, ATTEMPTS):
        try:
            return await post(neighbour.once(attempt), request, headers)
        except NeighbourUnavailable:
            await asyncio.sleep(PAUSE_S * attempt)
    return await post(neighbour.once(ATTEMPTS), request, headers)
