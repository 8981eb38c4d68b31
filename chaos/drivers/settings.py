"""Settings of running services, changed for a while."""

from collections.abc import Sequence
from time import monotonic

from chaos.drivers import Applied, Offer, Outcome, Plan
from chaos.errors import BadParameter
from chaos.orders import Injection
from chaos.supervisor import Supervisor

FAULT = "setting.change"
SUMMARY = "Gives settings of a running service other values; its parameters are the settings (payment.timeout_s = 30)."


class Settings:
    """Has the supervisor change them. An operator who sets one meanwhile wins: then there is nothing to put back."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def knows(self, fault: str) -> bool:
        """Tell whether `fault` is this one."""
        return fault == FAULT

    async def offers(self) -> Sequence[Offer]:
        """Return the one fault, and where."""
        return [Offer(FAULT, SUMMARY, (), await self._supervisor.names())]

    async def plan(self, identity: str, order: Injection) -> Plan:
        """Find the replicas that are meant; which settings they have is for them to say."""
        del identity
        if not order.params:
            raise BadParameter(f"{FAULT} needs a setting.", instead='"params": {"payment.timeout_s": 30}, for example.')
        instances = frozenset(process["instance"] for process in await self._supervisor.chosen(order))
        # By the names that were given: of a service, replicas that join it meanwhile have to be put back as well.
        undo = tuple(
            self._supervisor.undo("setting.restore", instance=name, settings=sorted(order.params))
            for name in dict.fromkeys(order.on)
        )
        return Plan(order, instances | {*order.on}, instances, undo, how={"names": list(order.on)})

    async def apply(self, plan: Plan, began: float) -> Outcome:
        """Have them changed."""
        for name in plan.how["names"]:
            await self._supervisor.ask(FAULT, name=name, settings=dict(plan.order.params))
        took_ms = round((monotonic() - began) * 1e3, 3)
        return Outcome(tuple(Applied(instance, 0, took_ms) for instance in sorted(plan.replicas)))

    async def sustain(self, plan: Plan) -> None:
        """Nothing more: the supervisor gives them to a replica's next process as well."""
