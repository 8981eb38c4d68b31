"""Starting back ends again that have ended, whoever ended them: the Engine leaves alone what was killed by hand."""

import asyncio

from lab.eventlog import EventLog
from lab.stack.engine import Engine, EngineError
from lab.stack.topology import SITE, platform

LOOK_EVERY_S = 1.0
OWN = frozenset({"supervisor", "engine-proxy"})


class Keeper:
    """Keeps every container going that has run and is no process of the platform."""

    def __init__(self, engine: Engine, log: EventLog) -> None:
        self._engine = engine
        self._log = log
        self._not_mine = OWN | {process.name for process in platform().processes}
        self._not_mine |= {instance.name for instance in platform().instances(SITE.base)}

    async def keep(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                for name, container in (await self._engine.containers()).items():
                    if container.state == "exited" and not self._is_of_the_platform(name):
                        self._log.warning("backend.ended", instance=name)
                        await self._engine.start(container)
            except EngineError as error:
                self._log.warning("engine.refused", problem=str(error))

    def _is_of_the_platform(self, name: str) -> bool:
        return name in self._not_mine or name.rpartition("-")[0] in self._not_mine
