"""One running lab: its processes, and what can be done with all of them."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lab import state, status
from lab.adjusting import Adjusting
from lab.audience import Audience
from lab.errors import UnknownName
from lab.eventlog import EventLog, now
from lab.fleet import Fleet
from lab.launchers import Launchers
from lab.ops.operations import Operations
from lab.overrides import Overrides
from lab.process import Topology
from lab.replica import Replica
from lab.settings import Settings
from lab.site import Site

WRITE_AFTER_S = 0.05


class Lab:
    """The processes of one topology on one site. Its methods are not to be run side by side, but for `status`."""

    def __init__(
        self,
        site: Site,
        topology: Topology,
        settings: Settings,
        audience: Audience,
        launchers: Callable[[EventLog], Launchers],
        *,
        supervisor: int,
    ) -> None:
        self.site = site
        self.log = EventLog(site.home.log("supervisor"))
        self.audience = audience
        self._supervisor = supervisor
        self._socket = ""
        self._started_at = now()
        self._reset_at = ""
        self._took_ms = 0
        self._pending: asyncio.TimerHandle | None = None
        self._places = topology.places
        self._launchers = launchers(self.log)
        self.overrides = Overrides()
        self.fleet = Fleet(
            topology,
            lambda: self.site,
            self._launchers.of,
            self.log,
            ready_within_s=settings.ready_within_s,
            changed=self._changed,
            overrides=self.overrides,
        )
        self.adjusting = Adjusting(self.fleet, self.overrides, self._launchers.environment)
        self.operations = Operations(self.fleet, self.adjusting, site.home)

    async def start(self, socket: str, *, load: bool) -> None:
        """Start everything; `socket` is where the lab can be talked to. Raises StartFailed."""
        began = time.monotonic()
        self._socket = socket
        self._write()
        self.audience.tell("starting", replicas=[replica.name for replica in self.fleet.replicas.values()])
        await self._launchers.prepare(load=load)
        await self.fleet.start(self.fleet.where(lambda process: not process.is_load))
        if load:
            await self.fleet.start(self._load())
        self._took_ms = round((time.monotonic() - began) * 1000)
        self._write()
        self.log.info("lab.ready", port_base=self.site.base, took_ms=self._took_ms)

    def take_over(self, socket: str) -> None:
        """Keep everything going from now on that somebody else has started, or is about to."""
        self._socket = socket
        self._write()
        for replica in self.fleet.replicas.values():
            replica.start()

    async def stop(self) -> None:
        """End everything, callers before those they call, the fork server last."""
        await self.fleet.stop(list(self.fleet.replicas.values()))
        await self._launchers.close()
        self._write()
        self.log.info("lab.ended")

    async def restart(self, name: str) -> dict[str, Any]:
        """Replace the replicas of that name, one after the other."""
        began = time.monotonic()
        await self._note_present_load()
        replicas = await self.fleet.restart(name)
        took_ms = round((time.monotonic() - began) * 1000)
        restarted = [{"instance": r.name, "pid": r.pid, "ready_ms": r.ready_ms} for r in replicas]
        self.log.info("lab.restarted", name=name, took_ms=took_ms)
        return {"restarted": restarted, "took_ms": took_ms}

    async def reset(self) -> dict[str, Any]:
        """End load and services, delete the databases, and start again what ran."""
        began = time.monotonic()
        replicas = self.fleet.where(lambda process: not process.keeps_on)
        loaded = [replica for replica in self._load() if replica.pid is not None]
        await self._note_present_load()
        await self.fleet.stop(replicas)
        self.overrides.clear()
        await self.operations.ways.close_all()
        self.adjusting.good = {}
        self.fleet.as_described()
        replicas = self.fleet.where(lambda process: not process.keeps_on)
        await self._places.empty(self.site.home)
        self._reset_at = now()
        await self.fleet.start(replica for replica in replicas if not replica.instance.process.is_load)
        await self.fleet.start(loaded)
        took_ms = round((time.monotonic() - began) * 1000)
        self.log.info("lab.reset", took_ms=took_ms)
        return {"took_ms": took_ms}

    async def start_load(self, users: int | None, shape: str | None) -> dict[str, Any]:
        """Start the load generator, or start it anew when it is to be different from what it is."""
        changed = self.note_load(users, shape)
        if not (replicas := self._load()):
            raise UnknownName("This lab has no load generator.")
        if changed:
            await self.fleet.stop(replicas)
        await self.fleet.start(replicas)
        return {"users": self.site.users, "shape": self.site.shape, "url": replicas[0].instance.url}

    async def stop_load(self) -> dict[str, Any]:
        """End the load generator's process."""
        await self.fleet.stop(self._load())
        return {}

    def note_load(self, users: int | None, shape: str | None) -> bool:
        """Remember the load for the next start of its generator; return whether it is a different one."""
        before = self.site
        self.site = replace(
            before,
            users=before.users if users is None else users,
            shape=before.shape if shape is None else shape,
        )
        return self.site != before

    async def _note_present_load(self) -> None:
        """Ask the load generator what it has been set to meanwhile, so that its next start goes on with that.

        A load that is held for a while is none that it has been set to.
        """
        present = await status.of_load(self._load()) or {}
        load = present.get("afterwards") or present
        self.note_load(0 if load.get("state") == "stopped" else load.get("users_asked"), load.get("shape"))

    async def status(self) -> dict[str, Any]:
        """Everything there is to know, asked of the processes just now."""
        replicas, load = await asyncio.gather(
            status.of_replicas(self.fleet.replicas.values()), status.of_load(self._load())
        )
        return {**self.described(), "replicas": replicas, "load": load}

    async def memory(self) -> dict[str, Any]:
        """Return `{"containers_kb"}`, what each container takes; empty where processes are on this machine."""
        return {"containers_kb": await self._launchers.memory_kb()}

    async def containers(self) -> dict[str, Any]:
        """Return `{"containers"}`, the state of each by its name; empty where processes are on this machine."""
        return {"containers": await self._launchers.containers()}

    def described(self) -> dict[str, Any]:
        """What stays the same from start to end."""
        return {
            "home": str(self.site.home.root),
            "supervisor": self._supervisor,
            "forkserver": self._launchers.forkserver,
            "started_at": self._started_at,
            "port_base": self.site.base,
            "urls": self._urls(),
            "took_ms": self._took_ms,
        }

    def _load(self) -> list[Replica]:
        return self.fleet.where(lambda process: process.is_load)

    def _urls(self) -> dict[str, str]:
        firsts = (replica.instance for replica in self.fleet.replicas.values() if replica.instance.number == 1)
        return {instance.process.short: instance.url for instance in firsts}

    def _changed(self, replica: Replica) -> None:
        self.audience.tell(
            "replica",
            instance=replica.name,
            state=replica.state,
            pid=replica.pid,
            restarts=replica.restarts,
            ready_ms=replica.ready_ms,
        )
        if self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(WRITE_AFTER_S, self._write)

    def write_at_once(self) -> None:
        """Have the state on the disk that is on its way there: whoever was answered may look at it next."""
        if self._pending is not None:
            self._pending.cancel()
            self._write()

    def _write(self) -> None:
        self._pending = None
        replicas = {
            replica.name: {
                "service": replica.instance.process.name,
                "short": replica.instance.process.short,
                "port": replica.instance.port,
                "url": replica.instance.url,
                "state": replica.state,
                "pid": replica.pid,
                "contained": replica.running is not None and replica.running.is_contained,
            }
            for replica in self.fleet.replicas.values()
        }
        present = state.LabState(
            supervisor=self._supervisor,
            socket=self._socket,
            started_at=self._started_at,
            port_base=self.site.base,
            urls=self._urls(),
            replicas=replicas,
            reset_at=self._reset_at,
        )
        with contextlib.suppress(OSError):  # a full disk must not end a lab that runs
            state.write(self.site.home, present)
