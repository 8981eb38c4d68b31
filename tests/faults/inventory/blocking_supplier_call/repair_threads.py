"""Leaves the client that blocks to threads, many at a time and none for long, and keeps each answer for a while."""

import asyncio
import time
from collections.abc import Collection, Mapping

import httpx

from observability.wiring import vocabulary
from observability.wiring.http_client import TracedSyncTransport
from services.chassis import tls
from services.inventory.clients import Supplier
from services.inventory.lead_times import LeadTimes

TIMEOUT_S = 0.6


async def days_to_delivery(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
    """Return within how many days more of each of `skus` can be had, as far as that is known.

    `known` is what the supplier has said before; without an answer it is what there is.
    """
    oldest_s = time.monotonic() - known.ttl_s / 2
    old = [sku for sku in skus if sku not in known.heard or known.heard[sku].heard_s < oldest_s]
    if old:
        known.learn(await asyncio.to_thread(_asked, supplier, old))
    return known.shown(skus)


def _asked(supplier: Supplier, skus: Collection[str]) -> Mapping[str, int]:
    url = httpx.URL(supplier.url)
    transport = httpx.HTTPTransport(verify=tls.context_for(url.scheme))
    traced = TracedSyncTransport(transport, supplier.neighbour.peer, supplier.telemetry)
    query = httpx.QueryParams([("sku", sku) for sku in skus])
    with httpx.Client(base_url=url, transport=traced, timeout=TIMEOUT_S) as client:
        try:
            answer = client.get(f"/catalogue?{query}", extensions={vocabulary.EXTENSION_TEMPLATE: "/catalogue"})
            products = answer.raise_for_status().json()["products"]
        except (httpx.HTTPError, KeyError, ValueError):
            return {}
    return {one["sku"]: one["lead_time_days"] for one in products}
