"""Changing settings of running replicas, and putting them back."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lab import operating
from lab.errors import LabError, NoAnswer, Refused
from lab.fleet import Fleet
from lab.overrides import Overrides, Slot, Value
from lab.replica import Replica
from lab.tuned import Tuned

Note = Callable[[str, str, Value, Value], None]
Changes = dict[str, dict[str, dict[str, Value]]]
"""Replica → setting → `{"was", "now"}`."""


class Adjusting:
    """Settings of the replicas of one fleet."""

    def __init__(self, fleet: Fleet, overrides: Overrides, environment: Mapping[str, str]) -> None:
        self._fleet = fleet
        self._tuned = Tuned(environment)
        self.overrides = overrides
        self.good: dict[str, dict[str, Value]] = {}
        """Replica → settings that an operator has declared good; all others are good as the lab started them."""

    async def listed(self, name: str) -> dict[str, list[dict[str, Any]]]:
        """Return the settings in force, by replica of the service, or the one replica, called `name`.

        Each has under `environment` what the environment that the lab was started in says of it; null: nothing.
        """
        return {
            replica.name: [
                {**one, "environment": self._said(replica, one["name"])}
                for one in (await operating.ask(replica, "GET", "/settings"))["settings"]
            ]
            for replica in self._fleet.named(name)
        }

    def _said(self, replica: Replica, setting: str) -> dict[str, Any] | None:
        instance = replica.instance
        return self._tuned.said(instance.process.prefix, setting, self._fleet.told(instance))

    async def put(self, name: str, settings: Mapping[str, Value]) -> Changes:
        """Put `settings` over what is in force, for the chaos controller; all replicas called `name`, or none."""
        for replica in self._fleet.named(name):
            self.overrides.ensure_not_put(replica.name, settings)
        changes = await self._change(name, settings, self.overrides.note_put)
        if name not in self._fleet.replicas:
            self.overrides.note_wide(self._replica(name).instance.process.name, settings)
        return changes

    async def undo(self, changes: Changes) -> Changes:
        """Take back what `set` has changed. Raises Refused when something else is in force meanwhile."""
        for instance, changed in changes.items():
            for setting, values in changed.items():
                await self._ensure_in_force(instance, setting, values["now"])
        undone: Changes = {}
        for instance, changed in changes.items():
            former = {n: self.overrides.unbeaten(instance, n, values["was"]) for n, values in changed.items()}
            told = await operating.ask(self._replica(instance), "PATCH", "/settings", former)
            undone[instance] = told["changed"]
            for setting, value in former.items():
                self.overrides.note_undone(instance, setting, value)
        return undone

    async def _ensure_in_force(self, instance: str, setting: str, value: Value) -> None:
        present = await self._in_force(self._replica(instance), setting)
        if present != value:
            raise Refused(
                f"{setting} of {instance} is {present} now, not the {value} that was set then.",
                hint=f"Set it as you want it: lab ops set {instance} {setting}=VALUE",
            )

    def _replica(self, instance: str) -> Replica:
        return self._fleet.named(instance)[0]

    async def set(self, name: str, settings: Mapping[str, Value]) -> Changes:
        """Set `settings` as an operator does: all replicas called `name`, or none."""
        return await self._change(name, settings, self.overrides.note_operator)

    async def mark_good(self) -> tuple[dict[str, dict[str, Value]], dict[str, dict[str, Value]]]:
        """Remember what is in force, as far as it was changed, as good; return what was good before, and is now."""
        was = self.good
        self.good = {}
        for instance, settings in self.overrides.slots.items():
            replica = self._replica(instance)
            self.good[instance] = {setting: await self._in_force(replica, setting) for setting in settings}
        return was, self.good

    async def roll_back(self) -> Changes:
        """Put every setting that is not what was last known to be good back to that, whoever has changed it."""
        changes: Changes = {}
        for instance, slots in list(self.overrides.slots.items()):
            replica, good = self._replica(instance), self.good.get(instance, {})
            for setting, slot in list(slots.items()):
                value = good.get(setting, slot.base)
                if await self._in_force(replica, setting) != value:
                    changed = await self._change(instance, {setting: value}, self.overrides.note_operator)
                    changes.setdefault(instance, {}).update(changed[instance])
        return changes

    async def take_back(self, instance: str, settings: Iterable[str]) -> dict[str, Any]:
        """Put back what was in force before `put`, on one replica or all of a service. Repeating it does no harm.

        What an operator, or anybody else, has set meanwhile stays: `{"restored", "kept"}` tell which, by replica.
        Raises LabError for the first replica where it did not work, once it has been tried on all of them.
        """
        replicas, names = self._fleet.named(instance), tuple(settings)
        self.overrides.note_narrow(replicas[0].instance.process.name, names)
        told = await asyncio.gather(*(self._all_back(replica, names) for replica in replicas), return_exceptions=True)
        answer: dict[str, dict[str, dict[str, Value]]] = {"restored": {}, "kept": {}}
        for replica, outcome in zip(replicas, told, strict=True):
            if isinstance(outcome, BaseException):
                raise outcome
            for setting, (done, value) in outcome.items():
                answer["restored" if done else "kept"].setdefault(replica.name, {})[setting] = value
        return answer

    async def _all_back(self, replica: Replica, settings: Iterable[str]) -> dict[str, tuple[bool, Value]]:
        told: dict[str, tuple[bool, Value]] = {}
        for setting in settings:
            slot = self.overrides.of(replica.name, setting)
            told[setting] = await self._back(replica, setting, slot) if slot else (False, None)
        return told

    async def _back(self, replica: Replica, setting: str, slot: Slot) -> tuple[bool, Value]:
        if slot.put is None:
            slot.beaten, slot.over = None, slot.beaten or slot.over
            return False, slot.sound
        slot.leaving = True
        if replica.pid is None and replica.state == "starting":  # it may have been told already what to start with
            raise NoAnswer(f"{replica.name} is just being started.")
        if replica.pid is not None:  # else the next process starts without it
            value = await self._in_force(replica, setting)
            if value not in (slot.put, slot.sound):
                slot.put, slot.leaving, slot.sound = None, False, value
                return False, value
            await operating.ask(replica, "PATCH", "/settings", {setting: slot.sound})
        slot.put, slot.leaving = None, False
        return True, slot.sound

    async def _in_force(self, replica: Replica, setting: str) -> Value:
        told = await operating.ask(replica, "GET", "/settings")
        return next((one["value"] for one in told["settings"] if one["name"] == setting), None)

    async def _change(self, name: str, settings: Mapping[str, Value], note: Note) -> Changes:
        changes: Changes = {}
        # What is sent to a process that is stopped would be done when it goes on, long after we gave up.
        await self.listed(name)
        try:
            for replica in self._fleet.named(name):
                told = await operating.ask(replica, "PATCH", "/settings", dict(settings))
                changes[replica.name] = told["changed"]
        except LabError:
            await self._revert(changes)
            raise
        for instance, changed in changes.items():
            for setting, values in changed.items():
                note(instance, setting, values["was"], values["now"])
        return changes

    async def _revert(self, changes: Changes) -> None:
        for instance, changed in changes.items():
            former = {setting: values["was"] for setting, values in changed.items()}
            await operating.ask(self._fleet.replicas[instance], "PATCH", "/settings", former)
