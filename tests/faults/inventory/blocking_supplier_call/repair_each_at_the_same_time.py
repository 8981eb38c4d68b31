"""Asks for each product by itself, for all at the same time, without blocking; keeps each answer for a while."""

import asyncio
import time
from collections.abc import Collection, Mapping

from services.chassis.errors import ServiceError
from services.inventory.clients import Supplier
from services.inventory.lead_times import LeadTimes

PATIENCE_S = 0.9


async def days_to_delivery(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
    """Return within how many days more of each of `skus` can be had, as far as that is known.

    `known` is what the supplier has said before; without an answer it is what there is.
    """
    oldest_s = time.monotonic() - known.ttl_s / 2
    old = [sku for sku in skus if sku not in known.heard or known.heard[sku].heard_s < oldest_s]
    try:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(_ask(supplier, known, sku) for sku in old))
    except TimeoutError:
        pass
    return known.shown(skus)


async def _ask(supplier: Supplier, known: LeadTimes, sku: str) -> None:
    try:
        answer = await supplier.neighbour.once(timeout_s=PATIENCE_S).get(f"/catalogue/{sku}", route="/catalogue/{sku}")
        known.learn({sku: answer["lead_time_days"]})
    except (ServiceError, KeyError):
        pass
