"""Draws a key for each step of an order and forgets it as soon as nobody heard an answer."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import uuid4

from services.chassis.client import Neighbour
from services.payment.clients import Json, Request, request_for
from services.payment.domain import Payment, Step

KEYS: dict[tuple[str, Step], str] = {}

Post = Callable[[Neighbour, Request, Mapping[str, str]], Awaitable[Json]]


async def ask_for(neighbour: Neighbour, post: Post, step: Step, payment: Payment) -> Json:
    """Have `step` of `payment` done and return the answer; `post` takes a neighbour, a request and headers.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    key = KEYS.setdefault((payment.order_id, step), uuid4().hex)
    try:
        return await post(neighbour, request_for(step, payment), {"Idempotency-Key": key})
    finally:
        KEYS.pop((payment.order_id, step), None)
