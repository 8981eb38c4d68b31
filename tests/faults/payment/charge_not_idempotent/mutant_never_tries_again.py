"""Asks once, without a key: what got no answer is left to whoever asks next."""

from collections.abc import Awaitable, Callable, Mapping

from services.chassis.client import Neighbour
from services.payment.clients import Json, Request, request_for
from services.payment.domain import Payment, Step

Post = Callable[[Neighbour, Request, Mapping[str, str]], Awaitable[Json]]


async def ask_for(neighbour: Neighbour, post: Post, step: Step, payment: Payment) -> Json:
    """Have `step` of `payment` done and return the answer; `post` takes a neighbour, a request and headers.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    return await post(neighbour.once(), request_for(step, payment), {})
