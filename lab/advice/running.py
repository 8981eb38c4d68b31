"""The lab that runs, as the advisor asks it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from advisor.answer import Source
from advisor.calm.model import Architecture, Node
from advisor.live.lab import Changes, Event, Firing, Harm, Health
from lab import alerting_client
from lab.drift.deciding import decided, file_of
from lab.drift.settings import unexplained
from lab.drift.wanted import Wanted
from lab.errors import LabError
from lab.home import Home
from lab.impact.measuring import metered
from lab.ops.audit import Act, acts
from lab.state import LabState
from observability.evidence.evidence import Evidence

PATIENCE_S = 2.0
MOST = 30
"""Alerts of the past that are told."""


class RunningLab:
    """Implements `advisor.live.lab.Lab` for the lab of a home."""

    def __init__(self, home: Home, state: LabState, evidence: Evidence) -> None:
        self._home = home
        self._state = state
        self._evidence = evidence

    @property
    def evidence(self) -> Evidence:
        """Its store."""
        return self._evidence

    async def health(self, nodes: Sequence[Node]) -> dict[str, list[Health]]:
        """Ask every replica of the nodes, all at once."""
        wanted = [(node, instance) for node in nodes for instance in self._instances(node)]
        async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as client:
            told = await asyncio.gather(*(self._asked(client, *one) for one in wanted))
        found: dict[str, list[Health]] = {}
        for (node, _), health in zip(wanted, told, strict=True):
            found.setdefault(node.id, []).append(health)
        return found

    async def alerts(self) -> list[Firing]:
        """Return what fires."""
        answer = await asyncio.to_thread(alerting_client.ask, self._home, "/alerts")
        return [
            Firing(one["name"], one["subject"], one["severity"], one["summary"])
            for one in answer["alerts"]
            if one["state"] == "firing"
        ]

    async def harm(self) -> Harm:
        """Return what `lab impact` finds."""
        try:
            bill = await metered(self._home, None, lambda measure: measure())
        except LabError as error:
            return Harm(unseen=(error.message,))
        return Harm(bill.damages, bill.missing)

    async def changes(self, of: Architecture) -> Changes:
        """Return what of `lab drift` is about settings, and neither accepted nor on record as somebody's act."""

        def compared() -> Changes:
            check = unexplained(Wanted(self._home, of, since="", enough=0))
            return Changes(decided([check], file_of(self._home)).drifts)

        try:
            return await asyncio.to_thread(compared)
        except LabError as error:
            return Changes(unseen=error.message)

    async def events(self) -> list[Event]:
        """Return what fired and what was done, first things first."""
        answer = await asyncio.to_thread(alerting_client.ask, self._home, f"/alerts/history?limit={MOST}")
        found = [event for one in answer["alerts"] for event in _fired(one)]
        found += [_done(one) for one in acts(self._home)]
        return sorted(found, key=lambda one: one.at_s)

    def _instances(self, node: Node) -> list[str]:
        """Return the replicas that a node is here; those that were added later belong to its last one."""
        told = node.metadata.get("deployment")
        named = told.get("embedded") if isinstance(told, dict) else None
        return [one for one in named or () if one in self._state.replicas]

    async def _asked(self, client: httpx.AsyncClient, node: Node, instance: str) -> Health:
        page = urlsplit(str(self._state.replicas[instance]["url"]))
        url = f"{page.scheme}://{page.netloc}{node.metadata.text('health-endpoint') or '/health'}"
        try:
            return Health(instance, url, (await client.get(url)).status_code)
        except httpx.HTTPError:
            return Health(instance, url, None)


def _fired(one: Mapping[str, Any]) -> Iterator[Event]:
    source = Source("alert", f"{one['name']} {one['id']}")
    if one["fired_at_s"] is not None:
        yield Event(one["fired_at_s"], f"{one['name']} fires", one["summary"], source)
    if one["resolved_at_s"] is not None:
        yield Event(one["resolved_at_s"], f"{one['name']} ends", str(one["subject"]), source)


def _done(one: Act) -> Event:
    text = f"{one.act} {one.target}, by {one.by}: {one.outcome}"
    return Event(datetime.fromisoformat(one.at).timestamp(), "done", text, Source("act", str(one.id)))
