"""Taking replicas out of the rotation and back, and replacing them so that nobody notices."""

import asyncio
import time
from contextlib import suppress
from typing import Any

from lab import operating
from lab.errors import LabError
from lab.fleet import Fleet
from lab.ops.rotation import Rotation
from lab.replica import Replica

FINISHED_WITHIN_S = 10.0
LOOK_EVERY_S = 0.05
QUIET_LOOKS = 3
"""A request may be on its way when nothing is under way: it is believed when seen that often."""


class Drains:
    """Drains replicas of one fleet."""

    def __init__(self, fleet: Fleet, rotation: Rotation) -> None:
        self._fleet = fleet
        self._rotation = rotation

    async def begin(self, replica: Replica) -> dict[str, Any]:
        """Have a replica finish what it does and take nothing new; tell what is still under way after a while."""
        await self._rotation.leave(replica)
        await operating.ask(replica, "POST", "/drain")
        return await self._finished(replica)

    async def end(self, replica: Replica) -> dict[str, Any]:
        """Have a replica take work again."""
        told = await operating.ask(replica, "DELETE", "/drain")
        await self._rotation.join(replica)
        return told

    async def is_draining(self, replica: Replica) -> bool:
        """Say whether a replica takes no new work."""
        return bool((await operating.ask(replica, "GET", "/drain"))["draining"])

    async def replace(self, replicas: list[Replica]) -> None:
        """Replace replicas one after the other, each drained first. One that does not answer is replaced as it is."""
        for replica in replicas:
            try:
                await self.begin(replica)
            except LabError:
                with suppress(LabError):  # neither may the load balancer, and then it sends nothing here either
                    await self._rotation.leave(replica)
            await replica.stop()
            await self._fleet.start([replica])
            await self._rotation.join(replica)

    async def _finished(self, replica: Replica) -> dict[str, Any]:
        deadline, quiet = time.monotonic() + FINISHED_WITHIN_S, 0
        while True:
            told = await operating.ask(replica, "GET", "/drain")
            quiet = quiet + 1 if told["under_way"] == 0 else 0
            if quiet >= QUIET_LOOKS or time.monotonic() > deadline:
                return told
            await asyncio.sleep(LOOK_EVERY_S)
