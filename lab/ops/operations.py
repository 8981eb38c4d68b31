"""What the people on call can have done. Every act is recorded, and most can be undone once."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from lab import operating
from lab.adjusting import Adjusting
from lab.errors import LabError, Refused, UnknownName
from lab.fleet import Fleet
from lab.home import Home
from lab.ops.audit import Act, Audit
from lab.ops.draining import Drains
from lab.ops.letters import Letters
from lab.ops.rotation import Rotation
from lab.ops.scaling import Scaling
from lab.ops.ways import Ways
from lab.overrides import Value
from lab.queues import Queues

Result = dict[str, Any]


@dataclass(frozen=True)
class Done:
    """What an act has changed."""

    was: Any = None
    now: Any = None
    undoable: bool = True


class Operations:
    """Acts on one fleet. Each takes `by`, who does it, and returns its record."""

    def __init__(self, fleet: Fleet, adjusting: Adjusting, home: Home) -> None:
        self.fleet = fleet
        self.adjusting = adjusting
        self.audit = Audit(home)
        self.ways = Ways(fleet, adjusting.overrides)
        rotation = Rotation(fleet, adjusting.overrides, self.ways)
        self.drains = Drains(fleet, rotation)
        self.scaling = Scaling(fleet, adjusting.overrides, rotation, self.drains, self.ways)
        self.letters = Letters(Queues(fleet))

    async def set(self, by: str, name: str, settings: dict[str, Value]) -> Result:
        """Change settings of a service, or of one replica."""

        async def work() -> Done:
            return _of(await self.adjusting.set(name, settings))

        return await self._audited(by, "set", name, work)

    async def flush(self, by: str, name: str, cache: str | None) -> Result:
        """Have a service forget what it has cached; all of it unless one cache is named."""

        async def work() -> Done:
            dropped: dict[str, dict[str, int]] = {}
            for replica in self.fleet.named(name):
                listed = (await operating.ask(replica, "GET", "/caches"))["caches"]
                names = [cache] if cache else [one["name"] for one in listed]
                if not names:
                    raise Refused(f"{replica.instance.process.name} has no cache.")
                told = [await operating.ask(replica, "POST", f"/caches/{one}/flush", {}) for one in names]
                dropped[replica.name] = {one["cache"]: one["dropped"] for one in told}
            return Done(now=dropped, undoable=False)

        return await self._audited(by, "flush", f"{name} {cache or ''}".strip(), work)

    async def scale(self, by: str, name: str, number: int) -> Result:
        """Have that many replicas of a service."""

        async def work() -> Done:
            was, now = await self.scaling.to(name, number)
            return Done(was, now)

        return await self._audited(by, "scale", name, work)

    async def drain(self, by: str, instance: str, *, out: bool) -> Result:
        """Take one replica out of the rotation, or back into it."""
        found = self.fleet.named(instance)
        if len(found) > 1:
            names = ", ".join(replica.name for replica in found)
            raise Refused(f"{instance} has several replicas.", hint=f"Write which one: {names}.")

        async def work() -> Done:
            was = await self.drains.is_draining(found[0])
            told = await (self.drains.begin(found[0]) if out else self.drains.end(found[0]))
            return Done({"draining": was}, told, undoable=was is not out)

        return await self._audited(by, "drain" if out else "undrain", found[0].name, work)

    async def restart(self, by: str, name: str) -> Result:
        """Replace replicas one after the other, each drained first."""

        async def work() -> Done:
            replicas = self.fleet.named(name)
            was = {replica.name: replica.pid for replica in replicas}
            await self.drains.replace(replicas)
            return Done(was, {replica.name: replica.pid for replica in replicas}, undoable=False)

        return await self._audited(by, "restart", name, work)

    async def replay(self, by: str, number: str | None) -> Result:
        """Put one dead letter, or all of them, back into the queue."""

        async def work() -> Done:
            letters = await self.letters.replay(number)
            return Done(was=letters, now={"replayed": [one["id"] for one in letters]}, undoable=bool(letters))

        return await self._audited(by, "dead-letters replay", number or "all", work)

    async def discard(self, by: str, number: str) -> Result:
        """Remove a dead letter."""

        async def work() -> Done:
            return Done(was=[await self.letters.discard(number)])

        return await self._audited(by, "dead-letters discard", number, work)

    async def mark_good(self, by: str) -> Result:
        """Remember the settings in force as those to roll back to."""

        async def work() -> Done:
            was, now = await self.adjusting.mark_good()
            return Done(was, now)

        return await self._audited(by, "mark-good", "all", work)

    async def rollback(self, by: str) -> Result:
        """Put every setting back to what was last known to be good."""

        async def work() -> Done:
            return _of(await self.adjusting.roll_back())

        return await self._audited(by, "rollback", "all", work)

    async def undo(self, by: str, number: int | None) -> Result:
        """Undo an act, the last one that can be unless its number is given."""
        act = self.audit.undoable(number)

        async def work() -> Done:
            return Done(act.now, await self._undo(act), undoable=False)

        return await self._audited(by, "undo", f"{act.act} {act.target}", work, undoes=act.id)

    async def _undo(self, act: Act) -> Any:
        match act.act:
            case "set" | "rollback":
                return await self.adjusting.undo({i: _changes(act, i) for i in act.was})
            case "scale":
                present = len(self.scaling.replicas(act.target))
                if present != act.now:
                    raise Refused(f"{act.target} has {present} replicas now, not the {act.now} of act {act.id}.")
                await self.scaling.to(act.target, act.was)
            case "drain":
                return await self.drains.end(self.fleet.named(act.target)[0])
            case "undrain":
                return await self.drains.begin(self.fleet.named(act.target)[0])
            case "dead-letters replay" | "dead-letters discard":
                return await self.letters.put_aside(act.was, waiting=act.act == "dead-letters replay")
            case "mark-good":
                self.adjusting.good = act.was
        return act.was

    async def _audited(
        self, by: str, act: str, target: str, work: Callable[[], Awaitable[Done]], undoes: int | None = None
    ) -> Result:
        """Do `work` and record it. What was refused has changed nothing and is not recorded; what failed is."""
        try:
            done = await work()
        except (Refused, UnknownName):
            raise
        except Exception as error:
            self._record(by, act, target, outcome=str(error) or repr(error), undoes=undoes)
            raise
        return self._record(by, act, target, was=done.was, now=done.now, undoable=done.undoable, undoes=undoes)

    def _record(self, by: str, act: str, target: str, **more: Any) -> Result:
        try:
            return asdict(self.audit.append(by, act, target, **more))
        except OSError as error:
            raise LabError(f"It is done, but could not be recorded: {error.strerror}.") from error


def _of(changes: dict[str, dict[str, dict[str, Value]]]) -> Done:
    was, now = (
        {instance: {name: values[which] for name, values in changed.items()} for instance, changed in changes.items()}
        for which in ("was", "now")
    )
    return Done(was, now, undoable=was != now)


def _changes(act: Act, instance: str) -> dict[str, dict[str, Value]]:
    was, now = act.was[instance], act.now[instance]
    return {name: {"was": was[name], "now": now[name]} for name in was}
