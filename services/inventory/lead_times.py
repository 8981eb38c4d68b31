"""What the supplier has said of how soon it delivers."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Days from an order to its delivery, and when we heard of it, in seconds of `time.monotonic`."""

    days: int
    heard_s: float


class LeadTimes:
    """Lead times by SKU, as they were last heard. What is older than `ttl_s` is not shown any more."""

    def __init__(self, ttl_s: float) -> None:
        self.ttl_s = ttl_s
        self.heard: dict[str, LeadTime] = {}

    def learn(self, days: Mapping[str, int]) -> None:
        """Hear how many days it takes, by SKU."""
        now_s = time.monotonic()
        self.heard.update({sku: LeadTime(one, now_s) for sku, one in days.items()})

    def shown(self, skus: Iterable[str]) -> dict[str, int]:
        """Return the days of those of `skus` of which we have heard lately."""
        oldest_s = time.monotonic() - self.ttl_s
        found = ((sku, self.heard.get(sku)) for sku in skus)
        return {sku: one.days for sku, one in found if one is not None and one.heard_s > oldest_s}
