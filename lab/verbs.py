"""What the supervisor can be asked to do through its control socket."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from lab.control_server import Verb
from lab.errors import LabError
from lab.ops import verbs as ops
from lab.queues import Queues
from lab.runtime import Lab
from lab.signalling import Signalling

Result = dict[str, Any]


class Verbs:
    """Runs verbs on one lab. Those that change something run one at a time; ending the lab interrupts them."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._one_at_a_time = asyncio.Lock()
        self._at_work: asyncio.Task[Result] | None = None
        self.ending = asyncio.Event()
        self.ended = asyncio.Event()

    def all(self) -> dict[str, Verb]:
        """Name on the wire → what to await."""
        lab = self._lab
        return (
            self._of_chaos()
            | dict(ops.of(lab.operations, self.alone))
            | {
                "ping": self._ping,
                "status": lab.status,
                "memory": lab.memory,
                "containers": lab.containers,
                "stop": self._stop,
                "restart": lambda name: self.alone(lab.restart(name)),
                "reset": lambda: self.alone(lab.reset()),
                "load.start": lambda users=None, shape=None: self.alone(lab.start_load(users, shape)),
                "load.stop": lambda: self.alone(lab.stop_load()),
            }
        )

    def _of_chaos(self) -> dict[str, Verb]:
        """Return what the chaos controller, and whoever undoes for it, may have done. Only a restart waits its turn."""
        lab, signalling, queues = self._lab, Signalling(self._lab.fleet), Queues(self._lab.fleet)

        async def restart(instances: list[str]) -> Result:
            replicas = signalling.replicas(instances)
            await lab.fleet.replace(replicas)
            return {"instances": [replica.name for replica in replicas]}

        async def change(name: str, settings: dict[str, Any]) -> Result:
            return {"changed": await lab.adjusting.put(name, settings)}

        return {
            "processes": signalling.processes,
            "process.kill": signalling.kill,
            "process.pause": signalling.pause,
            "process.resume": signalling.resume,
            "process.restart": lambda instances: self.alone(restart(instances)),
            "setting.change": change,
            "setting.restore": lab.adjusting.take_back,
            "message.publish": queues.publish,
            "message.discard": queues.discard,
        }

    async def alone(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do `work` when nothing else is being done. Raises LabError when the lab is ended meanwhile."""
        try:
            async with self._one_at_a_time:
                if self.ending.is_set():
                    raise LabError("The lab is being ended.")
                self._at_work = asyncio.create_task(work)
                await asyncio.wait([self._at_work])
                self._lab.write_at_once()
                if self._at_work.cancelled():
                    raise LabError("The lab is being ended.")
                return self._at_work.result()
        finally:
            work.close()

    async def interrupt(self) -> None:
        """Let nothing begin any more, and give up what is under way."""
        self.ending.set()
        if self._at_work is not None:
            self._at_work.cancel()
            await asyncio.wait([self._at_work])

    async def _ping(self) -> Result:
        return {}

    async def _stop(self) -> Result:
        self.ending.set()
        await self.ended.wait()
        return {}
