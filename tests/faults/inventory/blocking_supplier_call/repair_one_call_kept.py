"""Asks for everything in one call that does not block, and keeps the answer for half as long as it may be shown."""

import time
from collections.abc import Collection, Mapping

import httpx

from services.chassis.errors import ServiceError
from services.inventory.clients import Supplier
from services.inventory.lead_times import LeadTimes

PATIENCE_S = 0.4


async def days_to_delivery(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
    """Return within how many days more of each of `skus` can be had, as far as that is known.

    `known` is what the supplier has said before; without an answer it is what there is.
    """
    oldest_s = time.monotonic() - known.ttl_s / 2
    old = [sku for sku in skus if sku not in known.heard or known.heard[sku].heard_s < oldest_s]
    if old:
        query = httpx.QueryParams([("sku", sku) for sku in old])
        try:
            answer = await supplier.neighbour.once(timeout_s=PATIENCE_S).get(f"/catalogue?{query}", route="/catalogue")
            known.learn({one["sku"]: one["lead_time_days"] for one in answer["products"]})
        except (ServiceError, KeyError):
            pass
    return known.shown(skus)
