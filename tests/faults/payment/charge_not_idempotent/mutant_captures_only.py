"""Gives captures a key, since they are what customers see, and authorisations none."""

from collections.abc import Awaitable, Callable, Mapping

from services.chassis.client import Neighbour
from services.payment.clients import Json, Request, request_for
from services.payment.domain import Payment, Step

Post = Callable[[Neighbour, Request, Mapping[str, str]], Awaitable[Json]]


async def ask_for(neighbour: Neighbour, post: Post, step: Step, payment: Payment) -> Json:
    """Have `step` of `payment` done and return the answer; `post` takes a neighbour, a request and headers.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    headers = {"Idempotency-Key": f"{payment.order_id}:{step}"} if step is not Step.AUTHORISE else {}
    return await post(neighbour, request_for(step, payment), headers)
