"""The basket: what a customer has picked. It travels in a cookie, so that the shop need not remember it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.storefront.domain import MOST_LINES, MOST_UNITS

_LINE = re.compile(r"([A-Z0-9-]{1,32})\.([1-9][0-9]?)")


@dataclass(frozen=True, slots=True)
class Basket:
    """Units by SKU, in the order in which they were picked."""

    units: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[tuple[str, int]]) -> "Basket":
        """Return a basket of what counts of `lines`: at least one unit each, the same SKU added up, not too many."""
        basket = cls()
        for sku, units in lines:
            basket = basket.with_more(sku, units)
        return basket

    @classmethod
    def read(cls, cookie: str) -> "Basket":
        """Return the basket that a cookie holds; what cannot be read is left out."""
        found = (_LINE.fullmatch(line) for line in cookie.split("_"))
        return cls.of((line[1], int(line[2])) for line in found if line)

    def cookie(self) -> str:
        """Return the basket as a cookie's value."""
        return "_".join(f"{sku}.{units}" for sku, units in self.units.items())

    def with_more(self, sku: str, units: int) -> "Basket":
        """Return the basket with `units` of `sku` added, as far as they fit in."""
        if units < 1 or (sku not in self.units and len(self.units) >= MOST_LINES):
            return self
        return Basket({**self.units, sku: min(self.units.get(sku, 0) + units, MOST_UNITS)})

    def without(self, skus: Iterable[str]) -> "Basket":
        """Return the basket without some products."""
        gone = frozenset(skus)
        return Basket({sku: units for sku, units in self.units.items() if sku not in gone})

    def __len__(self) -> int:
        return sum(self.units.values())
