"""The line to the card network: how it is asked for a step."""

from collections.abc import Mapping

from services.chassis.client import Neighbour
from services.payment.clients import Json, Request
from services.payment.domain import Payment, Step
from services.payment.faults.breaker_ignores_timeouts import silence_that_counts
from services.payment.faults.charge_not_idempotent import one_key_per_step
from services.payment.faults.fixed_pool_no_timeout import roomy_connections
from services.payment.faults.retries_without_budget import few_retries
from services.payment.faults.waits_forever import bounded_wait


class CardLine:
    """Goes over one neighbour."""

    def __init__(self, neighbour: Neighbour) -> None:
        self.peer = neighbour.peer
        self._neighbour = neighbour

    async def ask(self, step: Step, payment: Payment) -> Json:
        """Have `step` of `payment` done once, however often it is asked for, and return what the network says.

        Raises the `Neighbour…` errors of the chassis, `Busy` and `DeadlineExceeded`.
        """
        return await one_key_per_step.behaviour(self._neighbour, _post, step, payment)


async def _post(neighbour: Neighbour, request: Request, headers: Mapping[str, str]) -> Json:
    async def send(over: Neighbour) -> Json:
        return await over.post(request.path, request.body, headers=headers, route=request.path)

    async def wait(over: Neighbour) -> Json:
        return await bounded_wait.behaviour(over, send)

    async def listen(over: Neighbour) -> Json:
        return await silence_that_counts.behaviour(over, wait)

    async def connect(over: Neighbour) -> Json:
        return await roomy_connections.behaviour(over, listen)

    return await few_retries.behaviour(neighbour, connect)
