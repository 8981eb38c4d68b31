"""Faults that the replicas carry in themselves, switched over the agents' channel. The lease takes them back."""

from collections.abc import Sequence

from chaos.activations import EVERYWHERE
from chaos.drivers import Offer, Outcome, Plan
from chaos.errors import BadParameter, NoReplica, UnknownTarget
from chaos.fanout import Fanout
from chaos.orders import Injection
from chaos.parameters import completed
from chaos.replica import Replica


class Switches:
    """Plans for the replicas at hand."""

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout

    def knows(self, fault: str) -> bool:
        """Tell whether a replica has declared `fault`."""
        return self._fanout.catalogue.has(fault)

    def having(self, fault: str) -> list[Replica]:
        """Return the connected replicas that have `fault`."""
        return [replica for replica in self._fanout.channel.replicas if fault in replica.faults]

    async def offers(self) -> Sequence[Offer]:
        """Return everything that was ever declared, with the replicas that have it now."""
        return [
            Offer(one.name, one.summary, one.params, tuple(sorted({r.instance for r in self.having(one.name)})))
            for one in self._fanout.catalogue.declared()
        ]

    async def plan(self, identity: str, order: Injection) -> Plan:
        """Check `order` against the replicas that are connected."""
        del identity
        declared = self._fanout.catalogue.get(order.fault)
        params = completed(order.fault, order.params, declared.params)
        if not declared.is_scoped and (order.baggage is not None or order.percent < 100):
            raise BadParameter(
                f"{order.fault} lasts: it cannot be shown to some calls only.", instead="Leave percent and baggage out."
            )
        having = self.having(order.fault)
        if not having:
            raise NoReplica(f"No replica that has {order.fault} is connected.", instead="GET /status lists who is.")
        if declared.is_general and not order.on:
            raise UnknownTarget(
                f"{order.fault} can be had everywhere.", instead='Say where: "on": ["order-service"], for example.'
            )
        _ensure_all_there(order, having)
        chosen = [one for one in having if not order.on or one.instance in order.on or one.service in order.on]
        instances = frozenset(one.instance for one in chosen)
        touches = instances | {*order.on} if order.on else EVERYWHERE
        return Plan(order.model_copy(update={"params": params}), touches, instances)

    async def apply(self, plan: Plan, began: float) -> Outcome:
        """Tell the replicas, and wait for them a little while."""
        chosen = [one for one in self.having(plan.order.fault) if one.instance in plan.replicas]
        return await self._fanout.roll_out(chosen, began)

    async def sustain(self, plan: Plan) -> None:
        """Nothing more: the heartbeat renews what was told."""


def _ensure_all_there(order: Injection, having: Sequence[Replica]) -> None:
    known = {name for replica in having for name in (replica.instance, replica.service)}
    if missing := [name for name in order.on if name not in known]:
        raise UnknownTarget(
            f"{order.fault} cannot be had on {', '.join(missing)}.",
            instead=f"It can be had on {', '.join(sorted(known))}.",
        )
