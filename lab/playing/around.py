"""The running lab, as a drill sees it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from chaos.runner.errors import LabFailed
from chaos.runner.ports import Nobody
from drill.playing.ports import Around, Pager
from lab import alerting_client
from lab.chaos_scenarios import surroundings
from lab.errors import LabError
from lab.home import Home
from lab.ops.audit import acts


class HomeAlerts:
    """The alerts of the lab in `home`."""

    def __init__(self, home: Home) -> None:
        self._home = home

    async def firing(self) -> Mapping[str, str]:
        """Return the names of those that fire, by id; the worst first. Raises `LabFailed`."""
        try:
            answer = await asyncio.to_thread(alerting_client.ask, self._home, "/alerts")
        except LabError as error:
            raise LabFailed(error.message) from error
        return {one["id"]: one["name"] for one in answer["alerts"] if one["state"] == "firing"}


class HomeActs:
    """What was done with the levers of the lab in `home`."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def since(self, at_s: float) -> Sequence[str]:
        """Return what was done since then and succeeded."""
        return [
            f"{one.act} {one.target}"
            for one in acts(self._home)
            if one.outcome == "done" and datetime.fromisoformat(one.at).timestamp() >= at_s
        ]


def of(home: Home, pager: Pager) -> Around:
    """Return what a drill in `home` needs. Raises NotRunning when there is no lab."""
    around = surroundings.of(home, Nobody())
    return Around(
        book=around.book,
        lab=around.lab,
        alerts=HomeAlerts(home),
        acts=HomeActs(home),
        pager=pager,
        provides=around.provides,
        token=around.token,
    )
