"""Leaves each call to a thread, one after the other."""

import asyncio
from collections.abc import Collection, Mapping

import httpx

from observability.wiring.http_client import TracedSyncTransport
from services.chassis import tls
from services.inventory.clients import Supplier
from services.inventory.lead_times import LeadTimes


async def days_to_delivery(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
    """Return within how many days more of each of `skus` can be had, as far as that is known.

    `known` is what the supplier has said before; without an answer it is what there is.
    """
    for sku in skus:
        days = await asyncio.to_thread(_asked, supplier, sku)
        if days is None:
            break
        known.learn({sku: days})
    return known.shown(skus)


def _asked(supplier: Supplier, sku: str) -> int | None:
    url = httpx.URL(supplier.url)
    transport = httpx.HTTPTransport(verify=tls.context_for(url.scheme))
    traced = TracedSyncTransport(transport, supplier.neighbour.peer, supplier.telemetry)
    with httpx.Client(base_url=url, transport=traced) as client:
        try:
            return int(client.get(f"/catalogue/{sku}").raise_for_status().json()["lead_time_days"])
        except (httpx.HTTPError, KeyError, ValueError):
            return None
