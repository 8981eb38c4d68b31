"""What is on, since when and until when: the controller's own truth, without sockets or clocks of its own."""

import itertools
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from chaos.errors import AlreadyActive, UnknownActivation
from chaos.lifecycle import FOLLOWS, HELD, ON, OVER, Cause, State
from chaos.orders import Injection

REMEMBERED = 1_000
"""Activations kept in memory, so that stopping one twice gives the same answer twice; the journal keeps all."""
EVERYWHERE = frozenset({"*"})


@dataclass(frozen=True)
class Activation:
    """One fault, switched on once."""

    id: str
    order: Injection
    touches: frozenset[str]
    """Replicas, services and edges that it reaches; `EVERYWHERE`: whoever has the fault, also later."""
    state: State
    deadline: float
    """Monotonic seconds."""
    started_at: datetime
    expires_at: datetime
    armed_rev: int = 0
    """Revision of the state with which it began."""
    cause: Cause | None = None
    """Why it ended."""
    ended_rev: int = 0
    """Revision of the first state without it."""

    @property
    def fault(self) -> str:
        """Name of the fault."""
        return self.order.fault

    @property
    def is_on(self) -> bool:
        """Whether replicas are told to show it."""
        return self.state in ON

    @property
    def is_over(self) -> bool:
        """Whether nothing comes after this."""
        return self.state in OVER

    def reaches(self, *names: str) -> bool:
        """Tell whether something with these names (a replica's own and its service's) is meant."""
        return not self.order.on or not self.touches.isdisjoint(names)

    def _collides(self, fault: str, touches: Collection[str]) -> bool:
        if self.fault != fault:
            return False
        return self.touches >= EVERYWHERE or "*" in touches or not self.touches.isdisjoint(touches)


@dataclass(frozen=True)
class Transition:
    """One step of one activation."""

    activation: Activation
    """As it is after the step."""
    previous: State
    detail: str = ""


class Activations:
    """All activations of this life of the controller. `rev` rises with everything that replicas have to be told.

    `told` is called with every step that is taken.
    """

    def __init__(self, told: Callable[[Transition], None] = lambda _: None) -> None:
        self.rev = 0
        self._told = told
        self._all: dict[str, Activation] = {}

    def begin(self, identity: str, order: Injection, touches: frozenset[str], now: float) -> Activation:
        """Take `order` in hand, `now` (monotonic); raise `AlreadyActive` when its fault is on there."""
        for other in self.held():
            if other._collides(order.fault, touches):  # noqa: SLF001 -- one of ours
                raise AlreadyActive(
                    f"{order.fault} is on already, until {other.expires_at:%H:%M:%S} UTC.",
                    instead=f"Stop it first: DELETE /activations/{other.id}",
                    activation=other.id,
                )
        started = datetime.now(UTC)
        activation = Activation(
            id=identity,
            order=order,
            touches=touches,
            state=State.INTENT,
            deadline=now + order.duration_s,
            started_at=started,
            expires_at=started + timedelta(seconds=order.duration_s),
        )
        self._all[activation.id] = activation
        self._forget_oldest()
        return activation

    def arm(self, activation: Activation) -> Activation:
        """Have replicas told of `activation`, unless it was ended meanwhile; return it as it now is."""
        present = self.get(activation.id)
        if present.state is State.INTENT:
            self.rev += 1
            present = self._step(replace(present, state=State.ARMING, armed_rev=self.rev), State.INTENT)
        return present

    def end(self, activation: Activation, cause: Cause, detail: str = "") -> bool:
        """Have replicas told that `activation` is over; tell whether it was held until now."""
        present = self.get(activation.id)
        if present.state not in HELD:
            return False
        self.rev += 1
        ended = replace(present, state=State.REVERTING, cause=cause, ended_rev=self.rev)
        self._step(ended, present.state, detail)
        return True

    def enter(self, activation: Activation, state: State, detail: str = "") -> Activation:
        """Note that `activation` has reached `state`, if that can follow; return it as it now is.

        Replicas have nothing to be told then: for what they have there are `arm` and `end`.
        """
        present = self.get(activation.id)
        if state in FOLLOWS[present.state] and state not in {State.ARMING, State.REVERTING}:
            present = self._step(replace(present, state=state), present.state, detail)
        return present

    def forget(self, activation: Activation) -> None:
        """Drop an activation that was never begun: its intent could not be written."""
        self._all.pop(activation.id, None)

    def get(self, activation_id: str) -> Activation:
        """Return one activation; raise `UnknownActivation`."""
        try:
            return self._all[activation_id]
        except KeyError:
            raise UnknownActivation(
                f"There is no activation {activation_id!r}.",
                instead="GET /activations lists what there was, GET /status what is on.",
            ) from None

    def on(self) -> list[Activation]:
        """Return what replicas are told to show."""
        return [activation for activation in self._all.values() if activation.is_on]

    def held(self) -> list[Activation]:
        """Return what is on or about to be."""
        return [activation for activation in self._all.values() if activation.state in HELD]

    def unfinished(self) -> list[Activation]:
        """Return what has not been reverted yet."""
        return [activation for activation in self._all.values() if not activation.is_over]

    def _step(self, activation: Activation, previous: State, detail: str = "") -> Activation:
        self._all[activation.id] = activation
        self._told(Transition(activation, previous, detail))
        return activation

    def _forget_oldest(self) -> None:
        surplus = len(self._all) - REMEMBERED
        finished = (key for key, activation in self._all.items() if activation.is_over)
        for key in list(itertools.islice(finished, max(0, surplus))):
            del self._all[key]
