"""A message that nobody of the platform has sent, put into a queue, and taken away again."""

from collections.abc import Sequence
from time import monotonic

from chaos.drivers import Applied, Offer, Outcome, Plan
from chaos.errors import UnknownTarget
from chaos.orders import Injection
from chaos.parameters import Parameter, completed
from chaos.supervisor import Supervisor

FAULT = "message.publish"
QUEUES = ("order-queue",)
PARAMS = (
    Parameter(name="topic", type="text", default="order.placed", summary="what it says that it is about"),
    Parameter(name="body", type="text", summary="as it stands; it need not be JSON"),
)
OFFER = Offer(FAULT, "Puts a message into a queue; it is taken away if it is still there at the end.", PARAMS, QUEUES)


class Messages:
    """Has the supervisor ask whoever consumes the queue."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def knows(self, fault: str) -> bool:
        """Tell whether `fault` is this one."""
        return fault == FAULT

    async def offers(self) -> Sequence[Offer]:
        """Return the one fault, and the queues."""
        return [OFFER]

    async def plan(self, identity: str, order: Injection) -> Plan:
        """Name the message, so that it can be taken away."""
        params = completed(FAULT, order.params, PARAMS)
        if len(order.on) != 1 or order.on[0] not in QUEUES:
            raise UnknownTarget(f"{FAULT} goes into one queue.", instead=f'"on": ["{QUEUES[0]}"]')
        (queue,) = order.on
        whole = order.model_copy(update={"params": params})
        undo = (self._supervisor.undo("message.discard", queue=queue, id=_name(identity)),)
        return Plan(whole, frozenset({f"{queue} {identity}"}), undo=undo, how={"id": _name(identity)})

    async def apply(self, plan: Plan, began: float) -> Outcome:
        """Have it put there."""
        order = plan.order
        sent = {"topic": order.params["topic"], "body": order.params["body"], "headers": {}, "id": plan.how["id"]}
        await self._supervisor.ask(FAULT, queue=order.on[0], **sent)
        return Outcome((Applied(order.on[0], 0, round((monotonic() - began) * 1e3, 3)),))

    async def sustain(self, plan: Plan) -> None:
        """Nothing more: it is there until somebody deals with it."""


def _name(identity: str) -> str:
    # It looks like any other message's: whoever finds it among the dead letters is to look at what is in it.
    return f"{identity}{identity[::-1]}{identity[:8]}"
