"""Does not block, keeps what it hears, and still waits for one product after the other."""

import time
from collections.abc import Collection, Mapping

from services.chassis.errors import ServiceError
from services.inventory.clients import Supplier
from services.inventory.lead_times import LeadTimes


async def days_to_delivery(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
    """Return within how many days more of each of `skus` can be had, as far as that is known.

    `known` is what the supplier has said before; without an answer it is what there is.
    """
    oldest_s = time.monotonic() - known.ttl_s / 2
    for sku in skus:
        if sku in known.heard and known.heard[sku].heard_s > oldest_s:
            continue
        try:
            answer = await supplier.neighbour.once(timeout_s=0.5).get(f"/catalogue/{sku}", route="/catalogue/{sku}")
        except ServiceError:
            break
        known.learn({sku: answer["lead_time_days"]})
    return known.shown(skus)
