"""The switches of this process: what the controller last said, and for how long it counts.

Nothing here keeps a timer. Whoever reads a switch compares the monotonic clock with the moment until which the switch
holds – the end of the lease or the fault's own deadline, whichever is earlier – so there is no callback that a blocked
or dying process could miss.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from time import monotonic
from typing import Any

from opentelemetry import baggage

from services.chassis.channel_frames import Armed, ArmedScope, State


class StaleController(ValueError):
    """The frame comes from a controller that another one has replaced."""


class Draw:
    """Which of the calls that ask are shown a fault. The same seed decides the same, call by call."""

    __slots__ = ("_chances", "_scope", "_seed", "jitter")

    def __init__(self, scope: ArmedScope | None, seed: int | None) -> None:
        self._scope = scope
        self._seed = seed
        self._chances = Random(seed)  # noqa: S311 -- has to be repeatable, not secret
        self.jitter = Random(seed)  # noqa: S311 -- as above; its own, so that how long never decides who
        """For whatever varies from call to call."""

    def is_of(self, armed: Armed) -> bool:
        """Tell whether this is the draw that `armed` asks for."""
        return (self._scope, self._seed) == (armed.scope, armed.seed)

    def hits(self) -> bool:
        """Decide for the call at hand, whose baggage is that of the current context. Any thread may ask."""
        scope = self._scope
        if scope is None:
            return True
        if scope.baggage is not None and baggage.get_baggage(scope.baggage.key) != scope.baggage.value:
            return False
        return self._chances.random() * 100 < scope.percent


@dataclass(frozen=True, slots=True)
class Switch:
    """One fault that is to be on. Times are seconds on the monotonic clock."""

    until: float
    """Earlier of the lease's end and `deadline`."""
    deadline: float
    armed: tuple[int, int]
    """Epoch and revision that armed it."""
    params: Mapping[str, Any]
    draw: Draw
    """Lives as long as the activation: a heartbeat does not start it anew."""


class Switchboard:
    """All switches of a process. Only the agent's thread writes; any thread reads, without a lock."""

    def __init__(self) -> None:
        self.switches: Mapping[str, Switch] = {}
        self._last = (0, 0, 0)
        self._known: Mapping[str, Switch] = {}

    @property
    def epoch(self) -> int:
        """Highest epoch obeyed so far; 0: none."""
        return self._last[0]

    @property
    def rev(self) -> int:
        """Revision last obeyed."""
        return self._last[1]

    def is_on(self, name: str) -> bool:
        """Tell whether `name` is on at this moment, whatever its scope."""
        return self.held(name) is not None

    def held(self, name: str) -> Switch | None:
        """Return the switch of `name` while it is on, whatever its scope."""
        switch = self.switches.get(name)
        return switch if switch is not None and monotonic() < switch.until else None

    def shown(self, name: str) -> Switch | None:
        """Return the switch of `name` when it is on for the call at hand. Ask once per call."""
        switch = self.switches.get(name)
        if switch is None or monotonic() >= switch.until or not switch.draw.hits():
            return None
        return switch

    def apply(self, state: State) -> None:
        """Make `state` the whole truth, unless something newer was obeyed before.

        Raises `StaleController` when a higher epoch was obeyed before.
        """
        if state.epoch < self.epoch:
            raise StaleController(f"epoch {state.epoch} has been replaced by {self.epoch}")
        mark = (state.epoch, state.rev, state.heard_us)
        if mark <= self._last or state.heard_us > monotonic() * 1e6:
            return
        self._last = mark
        self._known = {name: self._switch(name, armed, state) for name, armed in state.faults.items()}
        self.switches = self._known

    def clear(self) -> None:
        """Turn everything off, at once."""
        self.switches = {}

    def _switch(self, name: str, armed: Armed, state: State) -> Switch:
        heard = state.heard_us / 1e6
        deadline = heard + armed.ttl_ms / 1e3
        arming = (state.epoch, armed.armed_rev)
        known, draw = self._known.get(name), None
        if known is not None and known.armed == arming:
            # A heartbeat renews the lease. It can shorten a fault's own life, never lengthen it.
            deadline = min(deadline, known.deadline)
            draw = known.draw if known.draw.is_of(armed) else None
        until = min(deadline, heard + state.lease_ms / 1e3)
        return Switch(until, deadline, arming, armed.params, draw or Draw(armed.scope, armed.seed))


BOARD = Switchboard()
"""The switches of this process; empty until an agent is told otherwise."""
