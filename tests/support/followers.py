"""Real agents in the test's own process that follow a controller in it."""

from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from chaos.controller import Controller
from services.chassis.agent import SwitchAgent
from services.chassis.fault import Fault
from services.chassis.switches import Switchboard
from tests.support.polling import poll_until_async


class Followers:
    """Starts agents, each with a switchboard of its own; they leave with the block."""

    def __init__(self, controller: Controller, key_file: Path) -> None:
        self._controller = controller
        self._key_file = key_file
        self._agents = AsyncExitStack()

    async def follow(self, instance: str, *faults: Fault[Any]) -> Switchboard:
        """Start a replica that has `faults`, wait until it follows, and return its switches."""
        board, channel = Switchboard(), f"127.0.0.1:{self._controller.channel.port}"
        agent = SwitchAgent(channel, self._key_file, instance, instance.rpartition("-")[0], faults, board)
        await self._agents.enter_async_context(agent)

        async def follows() -> bool:
            replicas = self._controller.channel.replicas
            return any(one.instance == instance and one.held[0] == self._controller.epoch for one in replicas)

        await poll_until_async(follows, f"{instance} to follow")
        return board

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._agents.aclose()
