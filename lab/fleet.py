"""All replicas of a lab: started together, found by name, ended callers first."""

import asyncio
import difflib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from lab.child import Orders
from lab.errors import LabError, StartFailed, UnknownName
from lab.eventlog import EventLog
from lab.home import Home
from lab.launcher import Launcher
from lab.overrides import Overrides
from lab.places import Places
from lab.process import Edge, Instance, Process, Topology
from lab.replica import Replica
from lab.site import Site

BACK_IN_ROTATION_S = 1.5
"""How long a load balancer may take to send work to a replica that is ready again: it looks every half second."""


class Fleet:
    """The replicas of one topology on one site."""

    def __init__(
        self,
        topology: Topology,
        site: Callable[[], Site],
        launcher: Callable[[Process], Launcher],
        log: EventLog,
        *,
        ready_within_s: float,
        changed: Callable[[Replica], None],
        overrides: Overrides,
    ) -> None:
        self._topology = topology
        self._site = site
        self._overrides = overrides
        self._make: Callable[[Instance], Replica] = lambda instance: Replica(
            instance,
            launcher(instance.process),
            lambda: self._orders(instance),
            log,
            ready_within_s=ready_within_s,
            changed=changed,
            key_file=site().home.key_file,
        )
        self.replicas: dict[str, Replica] = {}
        self.as_described()

    def as_described(self) -> None:
        """Have the replicas of the topology, none more and none less; those that go have been stopped."""
        former, self.replicas = self.replicas, {}
        for instance in self._topology.instances(self._site().base):
            self.replicas[instance.name] = former.get(instance.name) or self._make(instance)

    @property
    def places(self) -> Places:
        """Where its processes are."""
        return self._topology.places

    def instance(self, process: Process, number: int) -> Instance:
        """Return what another replica of a process is to be."""
        usual = self._topology.instance(process, number, self._site().base)
        return replace(usual, port=self.places.port(usual.port, spare=number > process.replicas))

    def told(self, instance: Instance) -> dict[str, str]:
        """Return what a replica is told by the lab, by environment variable, whatever the environment says."""
        return self._topology.environment(instance, self._site())

    def edges(self) -> list[Edge]:
        """Return every way between processes that the topology describes."""
        return self._topology.edges(self._site().base)

    def add(self, instance: Instance) -> Replica:
        """Take one more replica in, next to those of its service; it has to be started."""
        added = self._make(instance)
        others = list(self.replicas.values())
        last = max(i for i, other in enumerate(others) if other.instance.process is instance.process)
        self.replicas = {one.name: one for one in (*others[: last + 1], added, *others[last + 1 :])}
        return added

    def remove(self, replica: Replica) -> None:
        """Forget a replica that has been stopped."""
        self.replicas = {name: one for name, one in self.replicas.items() if one is not replica}

    def where(self, wanted: Callable[[Process], bool]) -> list[Replica]:
        """Return the replicas of the processes that are wanted."""
        return [replica for replica in self.replicas.values() if wanted(replica.instance.process)]

    def named(self, name: str) -> list[Replica]:
        """Return the replicas of a service, or the one replica, that is called `name`. Raises UnknownName."""
        if name in self.replicas:
            return [self.replicas[name]]
        if found := self.where(lambda process: name in (process.name, process.short)):
            return found
        known = sorted({n for r in self.replicas.values() for n in (r.instance.process.name, r.instance.process.short)})
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
        raise UnknownName(f"There is no service or replica called {name}.", hint=hint)

    async def start(self, replicas: Iterable[Replica]) -> None:
        """Start replicas together and wait until all are ready. Raises StartFailed at the first that fails."""
        chosen = list(replicas)
        for replica in chosen:
            replica.start()
        waiting = [asyncio.create_task(replica.settled(), name=replica.name) for replica in chosen]
        try:
            for first in asyncio.as_completed(waiting):
                await first
        except StartFailed as error:
            raise self._explained(error) from None
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def restart(self, name: str) -> list[Replica]:
        """Replace the replicas called `name` one after the other, so that a service with two keeps serving."""
        chosen = self.named(name)
        await self.replace(chosen)
        return chosen

    async def replace(self, chosen: Sequence[Replica]) -> None:
        """Replace replicas one after the other."""
        for position, replica in enumerate(chosen):
            if position:
                await asyncio.sleep(BACK_IN_ROTATION_S)
            await replica.stop()
            await self.start([replica])

    async def stop(self, replicas: Sequence[Replica]) -> None:
        """End replicas: those that call others before those they call."""
        for wave in self._topology.waves():
            await asyncio.gather(*(replica.stop() for replica in replicas if replica.instance.process.name in wave))

    def _orders(self, instance: Instance) -> Orders:
        return Orders(
            instance=instance.name,
            service=instance.process.name,
            target=instance.process.target,
            arguments=[*instance.process.arguments, *filter(None, [instance.process.folder])],
            environment=self.told(instance) | self._overrides.environment(instance),
            log=str(log_of(instance, self._site().home)),
        )

    def _explained(self, error: StartFailed) -> LabError:
        name = error.message.split()[0]
        log = log_of(self.replicas[name].instance, self._site().home)
        return StartFailed(error.message, hint=f"{log} ends with: {last_words(log)}")


def log_of(instance: Instance, home: Home) -> Path:
    """Return the file into which a replica writes."""
    return home.sealed_log(instance.name) if instance.process.sealed else home.log(instance.name)


def last_words(log: Path) -> str:
    """Return what a log ends with: the failure, if it tells of one."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()[-20:]
    except OSError:
        return "nothing"
    for line in reversed(lines):
        try:
            failure = json.loads(line).get("exception")
        except (ValueError, AttributeError):
            continue
        if failure:
            return f"{failure.get('type')}: {failure.get('message')}"
    return lines[-1][:300] if lines else "nothing"
