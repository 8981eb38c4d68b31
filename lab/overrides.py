"""Settings that were changed on running replicas, kept so that a replica's next process starts with them.

A setting has a base (the value that its replica was started with by the lab), a sound value (what an operator wants;
the base unless somebody said otherwise) and perhaps one that was put over it by the chaos controller for a while.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.errors import Refused
from lab.process import Instance

Value = Any
"""A number, a text or a JSON list."""


@dataclass
class Slot:
    """One setting of one replica."""

    base: Value
    sound: Value
    put: Value = None
    """What the controller has put over `sound`; None: nothing."""
    leaving: bool = False
    """Whether `put` is being taken back: the next process does not start with it."""
    beaten: tuple[Value, Value] | None = None
    """What the controller had put, and the sound value below, when an operator set another one."""
    over: tuple[Value, Value] | None = None
    """The same, once the controller has taken its own back."""

    @property
    def next(self) -> Value:
        """What the next process starts with."""
        return self.sound if self.put is None or self.leaving else self.put


@dataclass
class Overrides:
    """All slots of a lab, by replica and setting."""

    slots: dict[str, dict[str, Slot]] = field(default_factory=dict)
    places: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Replica → settings that follow from where others run, such as the backends of a load balancer."""
    wide: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Service → what the controller has put over the settings of all its replicas, those to come included."""

    def environment(self, instance: Instance) -> dict[str, str]:
        """Return what the next process of `instance` is told on top of its usual environment."""
        wanted = {n: slot.next for n, slot in self.slots.get(instance.name, {}).items() if slot.next != slot.base}
        wanted = self.places.get(instance.name, {}) | wanted
        return {variable(instance.process.prefix, name): _text(value) for name, value in wanted.items()}

    def note_operator(self, instance: str, name: str, was: Value, now: Value) -> None:
        """Remember that an operator has set `name` to `now`; whatever the controller had put there has lost."""
        slot = self._slot(instance, name, was)
        if slot.put is not None and not slot.leaving:
            slot.beaten = (slot.put, slot.sound)
        slot.put, slot.leaving, slot.sound = None, False, now

    def note_put(self, instance: str, name: str, was: Value, now: Value) -> None:
        """Remember that the controller has put `now` over `was`."""
        slot = self._slot(instance, name, was)
        slot.put, slot.leaving = now, False

    def ensure_not_put(self, instance: str, names: Iterable[str]) -> None:
        """Raise Refused when the controller holds one of these settings already: it would lose what was below."""
        for name in names:
            slot = self.slots.get(instance, {}).get(name)
            if slot is not None and slot.put is not None:
                raise Refused(f"{name} of {instance} is changed already.", hint="Restore it first.")

    def of(self, instance: str, name: str) -> Slot | None:
        """Return one slot, or nothing when the setting was never changed."""
        return self.slots.get(instance, {}).get(name)

    def sound(self, instance: str) -> dict[str, Value]:
        """Return what operators have changed on a replica."""
        return {n: slot.sound for n, slot in self.slots.get(instance, {}).items() if slot.sound != slot.base}

    def place(self, instance: str, name: str, value: Value) -> None:
        """Remember a setting that follows from where others run."""
        self.places.setdefault(instance, {})[name] = value
        if slot := self.of(instance, name):
            slot.sound = value

    def unbeaten(self, instance: str, name: str, value: Value) -> Value:
        """Return what to put back when an operator's act that found `value` is undone.

        What the controller had put and has taken back since is not brought back.
        """
        slot = self.of(instance, name)
        return slot.over[1] if slot is not None and slot.over is not None and slot.over[0] == value else value

    def note_undone(self, instance: str, name: str, now: Value) -> None:
        """Remember that an operator's act was undone: what the controller had put before holds again, as its own."""
        slot = self._slot(instance, name, now)
        if slot.beaten is not None and slot.beaten[0] == now:
            slot.put, slot.sound = slot.beaten
        else:
            slot.sound = now
        slot.beaten = None

    def note_wide(self, service: str, settings: Mapping[str, Value]) -> None:
        """Remember that the controller has put `settings` over those of a whole service."""
        self.wide.setdefault(service, {}).update(settings)

    def note_narrow(self, service: str, settings: Iterable[str]) -> None:
        """Remember that replicas to come are to have their own again."""
        for name in settings:
            self.wide.get(service, {}).pop(name, None)

    def adopt(self, instance: Instance, model: str, others: Iterable[str]) -> None:
        """Have a new replica start as `model`, one of the same service, would.

        What the controller has put over the service's settings counts, as long as one of the `others` still has it.
        """
        wide = self.wide.get(instance.process.name, {})
        held = {name for other in others for name, slot in self.slots.get(other, {}).items() if slot.put is not None}
        self.slots[instance.name] = {
            name: Slot(slot.base, slot.sound, put=wide.get(name) if name in held else None)
            for name, slot in self.slots.get(model, {}).items()
        }

    def forget(self, instance: str) -> None:
        """Drop what is known of a replica that is no more."""
        self.slots.pop(instance, None)
        self.places.pop(instance, None)

    def clear(self) -> None:
        """Put every setting back to what the lab starts its replicas with."""
        self.slots.clear()
        self.places.clear()
        self.wide.clear()

    def _slot(self, instance: str, name: str, was: Value) -> Slot:
        return self.slots.setdefault(instance, {}).setdefault(name, Slot(was, was))


def variable(prefix: str, name: str) -> str:
    """Return the environment variable of a setting: `ORDER_`, `payment.timeout_s` → `ORDER_PAYMENT__TIMEOUT_S`."""
    return prefix + name.replace(".", "__").upper()


def _text(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value)
