"""What is on, since when and until when: the controller's own truth, without sockets or clocks of its own."""

import itertools
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from chaos.errors import AlreadyActive, UnknownActivation

Phase = Literal["arming", "active", "partial", "reverting", "reverted"]
Cause = Literal["stopped", "expired", "not-acknowledged", "controller-hung", "replaced"]

REMEMBERED = 1_000
"""Activations kept, so that stopping one twice gives the same answer twice."""


@dataclass(frozen=True)
class Activation:
    """One fault, switched on once."""

    id: str
    fault: str
    phase: Phase
    armed_rev: int
    """Revision of the state with which it began."""
    deadline: float
    """Monotonic seconds."""
    started_at: datetime
    expires_at: datetime
    cause: Cause | None = None
    """Why it ended."""
    ended_rev: int = 0
    """Revision of the first state without it."""

    @property
    def is_on(self) -> bool:
        """Whether replicas are told to show it."""
        return self.phase in {"arming", "active", "partial"}


class Activations:
    """All activations of this life of the controller. `rev` rises with everything that replicas have to be told."""

    def __init__(self) -> None:
        self.rev = 0
        self._all: dict[str, Activation] = {}

    def begin(self, fault: str, duration_s: float, now: float) -> Activation:
        """Put `fault` on for `duration_s` seconds from `now` (monotonic); raise `AlreadyActive` when it is on."""
        for other in self.on():
            if other.fault == fault:
                raise AlreadyActive(
                    f"{fault} is on already, until {other.expires_at:%H:%M:%S} UTC.",
                    instead=f"Stop it first: DELETE /activations/{other.id}",
                    activation=other.id,
                )
        self.rev += 1
        started = datetime.now(UTC)
        activation = Activation(
            id=secrets.token_hex(6),
            fault=fault,
            phase="arming",
            armed_rev=self.rev,
            deadline=now + duration_s,
            started_at=started,
            expires_at=started + timedelta(seconds=duration_s),
        )
        self._all[activation.id] = activation
        self._forget_oldest()
        return activation

    def end(self, activation: Activation, cause: Cause) -> bool:
        """Have replicas told that `activation` is over; tell whether it was on until now."""
        activation = self.get(activation.id)
        if activation.is_on:
            self.rev += 1
            self._all[activation.id] = replace(activation, phase="reverting", cause=cause, ended_rev=self.rev)
        return activation.is_on

    def enter(self, activation: Activation, phase: Phase) -> Activation:
        """Note that `activation` has reached `phase`, unless it is past it or not there yet; return it as it now is."""
        present = self.get(activation.id)
        if present.is_on != (phase == "reverted"):
            present = self._all[present.id] = replace(present, phase=phase)
        return present

    def end_expired(self, now: float) -> list[Activation]:
        """End what has reached its deadline; return it."""
        expired = [activation for activation in self.on() if activation.deadline <= now]
        return [activation for activation in expired if self.end(activation, "expired")]

    def get(self, activation_id: str) -> Activation:
        """Return one activation; raise `UnknownActivation`."""
        try:
            return self._all[activation_id]
        except KeyError:
            raise UnknownActivation(
                f"There is no activation {activation_id!r}.",
                instead="GET /status lists what is on; whatever was on before a restart of the controller is off.",
            ) from None

    def on(self) -> list[Activation]:
        """Return what replicas are told to show."""
        return [activation for activation in self._all.values() if activation.is_on]

    def unfinished(self) -> list[Activation]:
        """Return what has not been reverted yet."""
        return [activation for activation in self._all.values() if activation.phase != "reverted"]

    def _forget_oldest(self) -> None:
        surplus = len(self._all) - REMEMBERED
        finished = (key for key, activation in self._all.items() if activation.phase == "reverted")
        for key in list(itertools.islice(finished, max(0, surplus))):
            del self._all[key]
