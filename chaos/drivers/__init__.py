"""Who carries faults out: the agents' channel, the lab's supervisor, the network proxy. One file each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from chaos.orders import Injection
from chaos.parameters import Parameter
from chaos.rollout import Applied, Outcome
from chaos.undo import Record


@dataclass(frozen=True)
class Offer:
    """A fault that can be had, as `GET /faults` lists it."""

    name: str
    summary: str
    params: tuple[Parameter, ...] = ()
    on: tuple[str, ...] = ()
    """Where it can be had now."""


@dataclass(frozen=True)
class Plan:
    """An order that has been checked against what there is, and not yet been touched."""

    order: Injection
    """With the defaults of its parameters."""
    touches: frozenset[str]
    replicas: frozenset[str] = frozenset()
    """Instances that are affected, for the cap on their share."""
    undo: tuple[Record, ...] = ()
    """What takes it back; empty where the lease does."""
    is_act: bool = False
    """It is over as soon as it is done: a kill, a restart."""
    how: dict[str, Any] = field(default_factory=dict)
    """What the driver needs to know again."""


class Driver(Protocol):
    """Carries out some faults."""

    def knows(self, fault: str) -> bool:
        """Tell whether `fault` is one of its own."""

    async def offers(self) -> Sequence[Offer]:
        """Return what it can do now."""

    async def plan(self, identity: str, order: Injection) -> Plan:
        """Check `order`, touching nothing. Raises `ChaosError`."""

    async def apply(self, plan: Plan, began: float) -> Outcome:
        """Do it; `began` is the monotonic time of the request. Raises `OSError` or `ChaosError` if it did not work."""

    async def sustain(self, plan: Plan) -> None:
        """Go on doing it until cancelled, if it has to be done more than once."""


__all__ = ["Applied", "Driver", "Offer", "Outcome", "Plan"]
