"""The running lab, as a run of a scenario sees it."""

import asyncio
from collections.abc import Callable
from typing import Any

from chaos.probes.addresses import StateFile
from chaos.runner.errors import LabFailed
from chaos.runner.playing import Surroundings
from chaos.runner.ports import Audience
from chaos.runner.result import LoadState
from lab import control, load_client, state
from lab.errors import LabError, NoAnswer, UnknownName
from lab.home import Home

RESET_WITHIN_S = 120.0


class HomeLab:
    """The load and the data of the lab in `home`. Every method raises `LabFailed`."""

    def __init__(self, home: Home) -> None:
        self._home = home

    async def load(self) -> LoadState | None:
        """Return who shops; None: nobody does."""
        try:
            answer = await asyncio.to_thread(load_client.status, self._home)
        except (NoAnswer, UnknownName):
            return None
        except LabError as error:
            raise LabFailed(error.message) from error
        if answer["state"] == "stopped":
            return None
        return LoadState(users=answer["users_asked"], shape=answer["shape"])

    async def set_load(self, users: int | None, shape: str | None) -> None:
        """Change who shops."""
        await self._do(lambda: load_client.change(self._home, users, shape))

    async def stop_load(self) -> None:
        """Let nobody shop."""
        await self._do(lambda: load_client.stop(self._home))

    async def reset(self) -> None:
        """Put all data back to new."""
        await self._do(lambda: control.call(self._home, "reset", timeout_s=RESET_WITHIN_S))

    async def _do(self, work: Callable[[], Any]) -> None:
        try:
            await asyncio.to_thread(work)
        except LabError as error:
            raise LabFailed(error.message) from error


def of(home: Home, audience: Audience) -> Surroundings:
    """Return what a run in `home` needs. Raises NotRunning when there is no lab."""
    state.running(home)
    return Surroundings(book=StateFile(home.state_file), lab=HomeLab(home), audience=audience)
