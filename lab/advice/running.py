"""The lab that runs, as the advisor asks it."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx

from advisor.calm.model import Node
from advisor.live.lab import Firing, Health
from lab import alerting_client
from lab.home import Home
from lab.state import LabState
from observability.evidence.evidence import Evidence

PATIENCE_S = 2.0


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
