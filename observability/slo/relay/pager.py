"""The pager of the lab: takes what Alertmanager sends, remembers it, and passes it on to whoever else is to be told."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from observability.evidence.problems import ProblemRoute
from observability.slo.alert import Alert
from observability.slo.delivery import Courier
from observability.slo.grouping import Group, regrouped
from observability.slo.notebook import Notebook
from observability.slo.relay.webhook import Webhook, alert_of
from observability.slo.rules import Ruleset

MOST = 1000
Values = Callable[[], Awaitable[Mapping[str, float]]]
"""Returns the figures of alerts by id, which Alertmanager does not tell."""


class Notices(BaseModel):
    """What the pager has shown."""

    model_config = ConfigDict(frozen=True)

    notices: list[dict[str, Any]] = Field(description="the latest first; `event` is opened, changed or resolved")


class Pager:
    """Writes down what it is told; the same message twice changes nothing."""

    def __init__(self, notebook: Notebook, courier: Courier, rules: Ruleset, values: Values) -> None:
        self._notebook, self._courier, self._rules, self._values = notebook, courier, rules, values

    @property
    def groups(self) -> tuple[Group, ...]:
        """Matters that are on."""
        return tuple(self._notebook.groups().values())

    def take(self, alerts: Iterable[Alert], at_s: float) -> None:
        """Take the alerts of one message."""
        on = {alert.id: alert for alert in self._notebook.firing()}
        told = {alert.id: alert for alert in alerts}
        fired = [alert for name, alert in told.items() if alert.state == "firing" and name not in on]
        # What is over no longer has a figure: it keeps that of its beginning.
        over = [
            replace(alert, value=on[name].value)
            for name, alert in told.items()
            if alert.state == "resolved" and name in on
        ]
        firing = [alert for name, alert in {**on, **told}.items() if alert.state == "firing"]
        # Alertmanager has waited for what belongs together: all that is news is told at once.
        groups, notices = regrouped(self._notebook.groups(), firing, over, at_s, 0.0)
        letters = self._courier.letters(notices)
        if fired or over or notices:
            self._notebook.note(fired, over, groups, letters, at_s, [notice.as_json() for notice in notices])
        if letters:
            self._courier.wake()

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter(prefix="/api", tags=["alerts"], route_class=ProblemRoute)

        @routes.post("/pager", summary="Take a message of Alertmanager", status_code=204)
        async def take(message: Webhook) -> None:
            values = await self._values()
            self.take([alert_of(one, self._rules, values) for one in message.alerts], time.time())

        @routes.get("/pager", summary="What people were told, the latest first")
        async def notices(limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> Notices:
            return Notices(notices=self._notebook.notices(limit))

        return routes
