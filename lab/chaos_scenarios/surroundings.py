"""The running lab, as a run of a scenario sees it."""

import asyncio

from chaos.probes.addresses import StateFile
from chaos.runner.errors import LabFailed
from chaos.runner.playing import Surroundings
from chaos.runner.ports import Audience
from lab import control, state
from lab.chaos_scenarios.load_hold import LoadHold
from lab.errors import LabError
from lab.home import Home

RESET_WITHIN_S = 120.0


class HomeLab:
    """The load and the data of the lab in `home`. Every method raises `LabFailed`."""

    def __init__(self, home: Home) -> None:
        self._home = home

    async def hold_load(self, users: int | None, shape: str | None) -> LoadHold:
        """Change who shops until it is released, or nobody is left to renew it."""
        try:
            return await LoadHold(self._home, users, shape).begin()
        except LabError as error:
            raise LabFailed(error.message) from error

    async def reset(self) -> None:
        """Put all data back to new."""
        try:
            await asyncio.to_thread(lambda: control.call(self._home, "reset", timeout_s=RESET_WITHIN_S))
        except LabError as error:
            raise LabFailed(error.message) from error


def of(home: Home, audience: Audience) -> Surroundings:
    """Return what a run in `home` needs. Raises NotRunning when there is no lab."""
    state.running(home)
    return Surroundings(book=StateFile(home.state_file), lab=HomeLab(home), audience=audience, token=home.token)
