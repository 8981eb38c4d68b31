"""Asks without blocking and gives up soon, again for every product and whoever looks."""

from collections.abc import Collection, Mapping

from services.chassis.errors import ServiceError
from services.inventory.clients import Supplier
from services.inventory.lead_times import LeadTimes

PATIENCE_S = 0.4


async def days_to_delivery(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
    """Return within how many days more of each of `skus` can be had, as far as that is known.

    `known` is what the supplier has said before; without an answer it is what there is.
    """
    for sku in skus:
        try:
            answer = await supplier.neighbour.once(timeout_s=PATIENCE_S / len(skus)).get(
                f"/catalogue/{sku}", route="/catalogue/{sku}"
            )
            known.learn({sku: answer["lead_time_days"]})
        except ServiceError:
            pass
    return known.shown(skus)
