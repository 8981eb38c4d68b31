"""Product pages hang, and with them whatever else the inventory does: it asks the supplier, and stands still meanwhile.

Cause: whoever reads offers asks the supplier for the lead time of each product by itself, one after the other, with a
client that blocks. The handlers are asynchronous, all in one thread: until the last answer is there, nobody else is
served, reservations and health checks included. The slower the way to the supplier, the longer; and what it has said is
only looked at when it does not answer.

Repair: ask for all products in one call that does not block and does not take long, and keep what comes for a while:
lead times change by the day.

Plain: supply.days_to_delivery
"""

import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Protocol

import httpx

from observability.wiring import vocabulary
from observability.wiring.http_client import TracedSyncTransport
from services.chassis import tls
from services.chassis.errors import Busy, DeadlineExceeded, NeighbourRefused, NeighbourUnavailable
from services.chassis.fault import Fault
from services.inventory.clients import Supplier
from services.inventory.lead_times import LeadTimes

PATIENCE_S = 0.3
"""How long a product page may wait for lead times."""


class Asking(Protocol):
    """How soon the supplier delivers more."""

    async def __call__(self, supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
        """Return within how many days more of each of `skus` can be had, as far as that is known.

        `known` is what the supplier has said before; without an answer it is what there is.
        """


async def faulty(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
    """Ask for one after the other."""
    with _client(supplier) as client:
        for sku in skus:
            days = _asked(client, sku)
            if days is None:
                break
            known.learn({sku: days})
    return known.shown(skus)


def _client(supplier: Supplier) -> httpx.Client:
    url = httpx.URL(supplier.url)
    transport = httpx.HTTPTransport(verify=tls.context_for(url.scheme))
    traced = TracedSyncTransport(transport, supplier.neighbour.peer, supplier.telemetry)
    return httpx.Client(base_url=url, transport=traced)


def _asked(client: httpx.Client, sku: str) -> int | None:
    """Return how many days it takes, None when there is no answer."""
    try:
        answer = client.get(f"/catalogue/{sku}", extensions={vocabulary.EXTENSION_TEMPLATE: "/catalogue/{sku}"})
        return int(answer.raise_for_status().json()["lead_time_days"])
    except (httpx.HTTPError, KeyError, ValueError):
        return None


async def fixed(supplier: Supplier, known: LeadTimes, skus: Collection[str]) -> Mapping[str, int]:
    """Ask for what is old, all at once, before it is too old to be shown."""
    if old := _old(known, skus):
        with suppress(NeighbourUnavailable, NeighbourRefused, Busy, DeadlineExceeded):
            known.learn(await _all_asked(supplier, old))
    return known.shown(skus)


def _old(known: LeadTimes, skus: Iterable[str]) -> list[str]:
    oldest_s = time.monotonic() - known.ttl_s / 2
    return [sku for sku in skus if sku not in known.heard or known.heard[sku].heard_s < oldest_s]


async def _all_asked(supplier: Supplier, skus: Iterable[str]) -> Mapping[str, int]:
    path = f"/catalogue?{httpx.QueryParams([('sku', sku) for sku in skus])}"
    answer = await supplier.neighbour.once(timeout_s=PATIENCE_S).get(path, route="/catalogue")
    try:
        return {str(one["sku"]): int(one["lead_time_days"]) for one in answer["products"]}
    except (KeyError, TypeError, ValueError) as error:
        raise NeighbourUnavailable(supplier.neighbour.peer, "its answer is not a catalogue") from error


all_at_once = Fault[Asking](__name__, faulty, fixed)
