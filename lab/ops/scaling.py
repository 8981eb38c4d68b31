"""More replicas of a service, or fewer."""

from contextlib import suppress

from lab.errors import LabError, Refused
from lab.fleet import Fleet
from lab.ops.draining import Drains
from lab.ops.rotation import Rotation
from lab.ops.ways import Ways
from lab.overrides import Overrides
from lab.process import Process
from lab.replica import Replica

MOST = 8


class Scaling:
    """Scales the services of one fleet whose load can be shared."""

    def __init__(self, fleet: Fleet, overrides: Overrides, rotation: Rotation, drains: Drains, ways: Ways) -> None:
        self._fleet = fleet
        self._overrides = overrides
        self._rotation = rotation
        self._drains = drains
        self._ways = ways

    def replicas(self, name: str) -> list[Replica]:
        """Return the replicas of a service that can be scaled. Raises UnknownName and Refused."""
        found = self._fleet.named(name)
        process = found[0].instance.process
        if name in self._fleet.replicas and name != process.name:
            raise Refused(f"{name} is one replica.", hint=f"Scale its service: lab ops scale {process.short} N")
        if not _is_shared(process):
            scalable = sorted({r.instance.process.name for r in self._fleet.where(_is_shared)})
            why = "nothing would share its work out: whoever calls it knows one address"
            if process.is_load:
                why = "the load is changed with lab load set"
            raise Refused(
                f"{process.name} cannot be scaled: {why}.", hint=f"Those that can: {', '.join(scalable) or 'none'}."
            )
        return found

    async def to(self, name: str, number: int) -> tuple[int, int]:
        """Have `number` replicas; return how many there were, and are. Raises StartFailed; then all is as before."""
        present = self.replicas(name)
        if not 1 <= number <= MOST:
            raise Refused(f"A service has 1 to {MOST} replicas, not {number}.")
        if number > len(present):
            await self._grow(present, number - len(present))
        for replica in reversed(present[number:]):
            await self._retire(replica)
        return len(present), number

    async def _grow(self, present: list[Replica], more: int) -> None:
        process, taken = present[0].instance.process, {replica.instance.number for replica in present}
        numbers = [n for n in range(1, MOST + 1) if n not in taken][:more]
        added: list[Replica] = []
        try:
            for number in numbers:
                added.append(self._fleet.add(self._fleet.instance(process, number)))
                others = [replica.name for replica in present]
                self._overrides.adopt(added[-1].instance, present[0].name, others)
                await self._ways.open(added[-1])
            await self._fleet.start(added)
            for replica in added:
                await self._ways.ensure_carried(replica)
                await self._rotation.join(replica)
        except LabError:
            for replica in reversed(added):
                with suppress(LabError):  # what was in the way may be so still
                    await self._rotation.leave(replica)
                await self._end(replica)
            raise

    async def _retire(self, replica: Replica) -> None:
        await self._rotation.leave(replica)
        with suppress(LabError):  # it does not answer: nothing can be lost by ending it
            await self._drains.begin(replica)
        await self._end(replica)

    async def _end(self, replica: Replica) -> None:
        await replica.stop()
        await self._ways.close(replica)
        self._fleet.remove(replica)
        self._overrides.forget(replica.name)


def _is_shared(process: Process) -> bool:
    return bool(process.balancer or process.queue)
