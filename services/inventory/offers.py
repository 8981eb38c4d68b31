"""A read cache of offers: each entry is kept for a while, and only until its stock changes."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

from services.inventory.domain import Offer

Load = Callable[[Collection[str]], Awaitable[Mapping[str, Offer]]]
"""Reads offers from the database, by SKU."""


class OfferCache:
    """Offers by SKU. However many ask for what is not there, one load runs at a time and all share what it brings."""

    def __init__(self, load: Load, ttl_s: float) -> None:
        self._load = load
        self._ttl_s = ttl_s
        self._kept: dict[str, tuple[float, Offer]] = {}
        self._unchanged: set[str] = set()
        self._loading = asyncio.Lock()

    async def get(self, skus: Sequence[str]) -> list[Offer]:
        """Return the offers of `skus`, in that order; all of them have to be on sale."""
        found = self._fresh(skus)
        if len(found) < len(skus):
            async with self._loading:
                found = self._fresh(skus)
                if missing := [sku for sku in skus if sku not in found]:
                    found.update(await self._loaded(missing))
        return [found[sku] for sku in skus]

    def forget(self, skus: Iterable[str]) -> None:
        """Drop the entries of `skus`: their stock has changed."""
        for sku in skus:
            self._kept.pop(sku, None)
            self._unchanged.discard(sku)

    def keep_for(self, ttl_s: float) -> None:
        """Keep entries that long from now on; what would be kept for longer is dropped."""
        self._ttl_s = ttl_s
        self._kept.clear()

    async def flush(self) -> int:
        """Drop everything; return how much that was."""
        dropped = len(self._kept)
        self.forget(list(self._kept))
        self._unchanged.clear()
        return dropped

    def _fresh(self, skus: Iterable[str]) -> dict[str, Offer]:
        now = time.monotonic()
        entries = ((sku, self._kept.get(sku)) for sku in skus)
        return {sku: entry[1] for sku, entry in entries if entry is not None and entry[0] > now}

    async def _loaded(self, missing: Collection[str]) -> Mapping[str, Offer]:
        # What changes while we read may have been read before the change: it is handed out once and not kept.
        self._unchanged = set(missing)
        loaded = await self._load(missing)
        now = time.monotonic()
        for sku in self._unchanged & loaded.keys():
            self._kept[sku] = (now + self._lifetime_s(), loaded[sku])
        return loaded

    def _lifetime_s(self) -> float:
        # Spread out, so that what was read together does not have to be read together again.
        return self._ttl_s * random.uniform(0.7, 1.0)  # noqa: S311 -- jitter, not a secret
