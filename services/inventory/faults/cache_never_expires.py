"""Product pages show stock as it once was: products that have run out can be ordered, and every such order is refused.

Cause: an offer is kept without saying until when, whoever asks is shown what is kept, and nobody takes away what is
kept when a reservation or a delivery changes the stock. Only what changes while it is being read is left out.

Repair: say until when an offer may be shown when it is kept, and ask for that when it is shown; drop it as soon as its
stock changes, so that a sale of one's own is seen at once. Dropping alone will not do: other replicas sell, too.

Plain: keeping.KeptOffers
"""

import random
import time
from collections.abc import Iterable, Mapping
from typing import Protocol

from services.chassis.fault import Fault
from services.inventory.domain import Offer
from services.inventory.shelf import Kept, Shelf


class Keeping(Protocol):
    """Keeps offers that were read, so that not every look at a page is a query."""

    def __init__(self, shelf: Shelf) -> None:
        """Work on `shelf`."""

    def fresh(self, skus: Iterable[str]) -> dict[str, Offer]:
        """Return those of `skus` that are kept and can be shown."""

    def keep(self, offers: Mapping[str, Offer]) -> None:
        """Keep offers that were just read, except those that have changed meanwhile."""

    def changed(self, skus: Iterable[str]) -> None:
        """Hear that the stock of `skus` has changed."""


class Faulty:
    """Keeps things for good."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def fresh(self, skus: Iterable[str]) -> dict[str, Offer]:
        """Return what is there."""
        entries = ((sku, self._shelf.kept.get(sku)) for sku in skus)
        return {sku: entry.offer for sku, entry in entries if entry is not None}

    def keep(self, offers: Mapping[str, Offer]) -> None:
        """Put it there."""
        for sku in self._shelf.reading & offers.keys():
            self._shelf.kept[sku] = Kept(offers[sku])

    def changed(self, skus: Iterable[str]) -> None:
        """Think of what is being read, and not of what has been."""
        self._shelf.reading.difference_update(skus)


class Fixed:
    """Keeps things for a while, and only as long as they are true."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def fresh(self, skus: Iterable[str]) -> dict[str, Offer]:
        """Return what may still be shown."""
        now = time.monotonic()
        entries = ((sku, self._shelf.kept.get(sku)) for sku in skus)
        return {sku: entry.offer for sku, entry in entries if entry is not None and (entry.until_s or 0.0) > now}

    def keep(self, offers: Mapping[str, Offer]) -> None:
        """Keep it, and say until when."""
        now = time.monotonic()
        for sku in self._shelf.reading & offers.keys():
            self._shelf.kept[sku] = Kept(offers[sku], now + _lifetime_s(self._shelf))

    def changed(self, skus: Iterable[str]) -> None:
        """Drop it."""
        for sku in skus:
            self._shelf.kept.pop(sku, None)
            self._shelf.reading.discard(sku)


def _lifetime_s(shelf: Shelf) -> float:
    # Spread out, so that what was read together does not have to be read together again.
    return shelf.ttl_s * random.uniform(0.7, 1.0)  # noqa: S311 -- jitter, not a secret


fresh_offers = Fault[type[Keeping]](__name__, Faulty, Fixed)
