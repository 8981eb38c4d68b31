"""What can be done to the processes of replicas from outside, at once and without asking them."""

import asyncio
import signal
from collections.abc import Iterable
from typing import Any

from lab.errors import Refused
from lab.fleet import Fleet
from lab.launcher import Running
from lab.replica import Replica


class Signalling:
    """Signals to replicas of one fleet. Names are those of replicas, or of services."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    async def processes(self) -> dict[str, Any]:
        """Return every replica with its process.

        `{"instance", "service", "pid", "contained", "started", "port", "state"}`; `started` tells a process from a
        later one of the same number: seconds since the epoch, null without process. The pid of one that is contained
        means nothing to others.
        """
        replicas = list(self._fleet.replicas.values())
        created = await asyncio.to_thread(_created, [replica.running for replica in replicas])
        return {"replicas": [_record(replica, when) for replica, when in zip(replicas, created, strict=True)]}

    async def kill(self, instances: list[str]) -> dict[str, Any]:
        """End processes as a power cut would; the supervisor starts them again."""
        return self._send(instances, signal.SIGKILL)

    async def pause(self, instances: list[str]) -> dict[str, Any]:
        """Stop processes where they stand."""
        return self._send(instances, signal.SIGSTOP)

    async def resume(self, instances: list[str]) -> dict[str, Any]:
        """Let stopped processes go on; those that were not stopped do not notice."""
        return self._send(instances, signal.SIGCONT)

    def replicas(self, names: Iterable[str]) -> list[Replica]:
        """Return the replicas of these names, each once. Raises UnknownName."""
        return list({replica.name: replica for name in names for replica in self._fleet.named(name)}.values())

    def _send(self, names: list[str], number: signal.Signals) -> dict[str, Any]:
        chosen = self.replicas(names)
        reached = [replica.name for replica in chosen if replica.signal(number)]
        if chosen and not reached and number != signal.SIGCONT:
            who = ", ".join(replica.name for replica in chosen)
            raise Refused(f"There is no process of {who} at the moment.", hint="See what runs: lab status")
        return {"instances": reached}


def _record(replica: Replica, started: float | None) -> dict[str, Any]:
    return {
        "instance": replica.name,
        "service": replica.instance.process.name,
        "pid": replica.pid,
        "contained": replica.running is not None and replica.running.is_contained,
        "started": started,
        "port": replica.instance.port,
        "state": replica.state,
    }


def _created(processes: Iterable[Running | None]) -> list[float | None]:
    import psutil  # noqa: PLC0415 -- not needed until somebody asks

    def created(running: Running | None) -> float | None:
        if running is None or running.is_contained:
            return None if running is None else running.started_s
        try:
            return float(psutil.Process(running.pid).create_time())
        except psutil.Error:
            return None

    return [created(running) for running in processes]
