"""Whoever looks prolongs it: what people look at all the time never gets old."""

import time
from collections.abc import Iterable, Mapping

from services.inventory.domain import Offer
from services.inventory.shelf import Kept, Shelf


class KeptOffers:
    """Keeps offers that were read, so that not every look at a page is a query."""

    def __init__(self, shelf: Shelf) -> None:
        """Work on `shelf`."""
        self._shelf = shelf

    def fresh(self, skus: Iterable[str]) -> dict[str, Offer]:
        """Return those of `skus` that are kept and can be shown."""
        now, found = time.monotonic(), dict[str, Offer]()
        for sku in skus:
            entry = self._shelf.kept.get(sku)
            if entry is not None and (entry.until_s or 0) > now:
                self._shelf.kept[sku] = Kept(entry.offer, now + self._shelf.ttl_s)
                found[sku] = entry.offer
        return found

    def keep(self, offers: Mapping[str, Offer]) -> None:
        """Keep offers that were just read, except those that have changed meanwhile."""
        until_s = time.monotonic() + self._shelf.ttl_s
        for sku in self._shelf.reading & offers.keys():
            self._shelf.kept[sku] = Kept(offers[sku], until_s)

    def changed(self, skus: Iterable[str]) -> None:
        """Hear that the stock of `skus` has changed."""
        self._shelf.reading.difference_update(skus)
