"""Draws the key from amount and card, so that two orders alike are one."""

from collections.abc import Awaitable, Callable, Mapping

from services.chassis.client import Neighbour
from services.payment.clients import Json, Request, request_for
from services.payment.domain import Payment, Step

Post = Callable[[Neighbour, Request, Mapping[str, str]], Awaitable[Json]]


async def ask_for(neighbour: Neighbour, post: Post, step: Step, payment: Payment) -> Json:
    """Have `step` of `payment` done and return the answer; `post` takes a neighbour, a request and headers.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    key = f"{step}:{payment.amount_cents}:{payment.card_token}"
    return await post(neighbour, request_for(step, payment), {"Idempotency-Key": key})
