"""Asks once, and never again."""

from collections.abc import Collection, Mapping

import httpx

from services.chassis.errors import ServiceError
from services.inventory.clients import Supplier
from services.inventory.lead_times import LeadTimes


async def days_to_delivery(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
    """Return within how many days more of each of `skus` can be had, as far as that is known.

    `known` is what the supplier has said before; without an answer it is what there is.
    """
    missing = [sku for sku in skus if sku not in known.heard]
    if missing:
        query = httpx.QueryParams([("sku", sku) for sku in missing])
        try:
            answer = await supplier.neighbour.once(timeout_s=0.4).get(f"/catalogue?{query}", route="/catalogue")
            known.learn({one["sku"]: one["lead_time_days"] for one in answer["products"]})
        except ServiceError:
            pass
    return {sku: known.heard[sku].days for sku in skus if sku in known.heard}
