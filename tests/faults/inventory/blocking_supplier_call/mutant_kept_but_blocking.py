"""Keeps what it hears for a while, and blocks whenever it asks."""

import time
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
    oldest_s = time.monotonic() - known.ttl_s / 2
    old = [sku for sku in skus if sku not in known.heard or known.heard[sku].heard_s < oldest_s]
    url = httpx.URL(supplier.url)
    transport = httpx.HTTPTransport(verify=tls.context_for(url.scheme))
    traced = TracedSyncTransport(transport, supplier.neighbour.peer, supplier.telemetry)
    with httpx.Client(base_url=url, transport=traced) as client:
        for sku in old:
            try:
                answer = client.get(f"/catalogue/{sku}")  # noqa: ASYNC212 -- that is what is still wrong
                days = int(answer.raise_for_status().json()["lead_time_days"])
            except (httpx.HTTPError, KeyError, ValueError):
                break
            known.learn({sku: days})
    return known.shown(skus)
