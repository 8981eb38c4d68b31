"""Shows what is known, and has what is old asked for in the background; no page waits for it."""

import asyncio
import time
from collections.abc import Collection, Mapping

import httpx

from services.chassis.errors import ServiceError
from services.inventory.clients import Supplier
from services.inventory.lead_times import LeadTimes

_asking: set[asyncio.Task[None]] = set()


async def days_to_delivery(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
    """Return within how many days more of each of `skus` can be had, as far as that is known.

    `known` is what the supplier has said before; without an answer it is what there is.
    """
    oldest_s = time.monotonic() - known.ttl_s / 2
    old = [sku for sku in skus if sku not in known.heard or known.heard[sku].heard_s < oldest_s]
    if old and not _asking:
        task = asyncio.create_task(_ask(supplier, known, old))
        _asking.add(task)
        task.add_done_callback(_asking.discard)
    return known.shown(skus)


async def _ask(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> None:
    query = httpx.QueryParams([("sku", sku) for sku in skus])
    try:
        answer = await supplier.neighbour.once().patient(1.0).get(f"/catalogue?{query}", route="/catalogue")
        known.learn({one["sku"]: one["lead_time_days"] for one in answer["products"]})
    except (ServiceError, KeyError):
        pass
