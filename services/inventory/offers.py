"""A read cache of offers."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

from services.inventory.domain import Offer
from services.inventory.faults.cache_never_expires import fresh_offers
from services.inventory.shelf import Shelf

Load = Callable[[Collection[str]], Awaitable[Mapping[str, Offer]]]
"""Reads offers from the database, by SKU."""


class OfferCache:
    """Offers by SKU. However many ask for what is not there, one load runs at a time and all share what it brings."""

    def __init__(self, load: Load, ttl_s: float) -> None:
        self._load = load
        self._shelf = Shelf(ttl_s)
        self._loading = asyncio.Lock()

    async def get(self, skus: Sequence[str]) -> list[Offer]:
        """Return the offers of `skus`, in that order; all of them have to be on sale."""
        offers = fresh_offers.behaviour(self._shelf)
        found = offers.fresh(skus)
        if len(found) < len(skus):
            async with self._loading:
                found = offers.fresh(skus)
                if missing := [sku for sku in skus if sku not in found]:
                    # What changes while we read may have been read before the change: it is handed out once.
                    self._shelf.reading = set(missing)
                    loaded = await self._load(missing)
                    offers.keep(loaded)
                    found.update(loaded)
        return [found[sku] for sku in skus]

    def changed(self, skus: Iterable[str]) -> None:
        """Hear that the stock of `skus` has changed."""
        fresh_offers.behaviour(self._shelf).changed(skus)

    def keep_for(self, ttl_s: float) -> None:
        """Keep entries that long from now on; what would be kept for longer is dropped."""
        self._shelf.ttl_s = ttl_s
        self._shelf.kept.clear()

    async def flush(self) -> int:
        """Drop everything; return how much that was."""
        return self._shelf.clear()
