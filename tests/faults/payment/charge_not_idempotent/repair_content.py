"""Draws the key from what is asked for, word by word: the same request has the same key."""

import json
from collections.abc import Awaitable, Callable, Mapping
from uuid import NAMESPACE_OID, uuid5

from services.chassis.client import Neighbour
from services.payment.clients import Json, Request, request_for
from services.payment.domain import Payment, Step

Post = Callable[[Neighbour, Request, Mapping[str, str]], Awaitable[Json]]


async def ask_for(neighbour: Neighbour, post: Post, step: Step, payment: Payment) -> Json:
    """Have `step` of `payment` done and return the answer; `post` takes a neighbour, a request and headers.

    Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
    """
    request = request_for(step, payment)
    key = uuid5(NAMESPACE_OID, request.path + json.dumps(request.body, sort_keys=True)).hex
    return await post(neighbour, request, {"Idempotency-Key": key})
