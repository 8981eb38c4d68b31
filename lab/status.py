"""What `lab status` tells: asked of each process at the moment, not remembered."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from lab import probe
from lab.replica import Replica

LOAD_WITHIN_S = 1.0
DETAILS_OF_LOAD = {"by_name", "errors"}
"""Told by `lab load status`."""


async def of_replicas(replicas: Iterable[Replica]) -> list[dict[str, Any]]:
    """Return one record per replica, with whether it can serve just now."""
    return list(await asyncio.gather(*(_of_replica(replica) for replica in replicas)))


async def _of_replica(replica: Replica) -> dict[str, Any]:
    state: str = replica.state
    if replica.state in ("ready", "not ready"):
        state = await replica.readiness()
    return {
        "instance": replica.name,
        "service": replica.instance.process.name,
        "short": replica.instance.process.short,
        "state": state,
        "pid": replica.pid,
        "port": replica.instance.port,
        "url": replica.instance.url,
        "code_from": replica.instance.process.folder or None,
        "restarts": replica.restarts,
        "started_at": replica.started_at,
        "ready_ms": replica.ready_ms,
    }


async def of_load(replicas: Iterable[Replica]) -> dict[str, Any] | None:
    """Return what the load generator says of itself, or nothing when it does not run."""
    for replica in replicas:
        if replica.state != "ready":
            continue
        answer = await probe.get(replica.instance, replica.instance.process.ready_path, within_s=LOAD_WITHIN_S)
        if answer is not None and answer.status == 200:
            said: dict[str, Any] = json.loads(answer.body)
            return {name: value for name, value in said.items() if name not in DETAILS_OF_LOAD}
    return None
