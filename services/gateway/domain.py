"""What the platform promises about a product page, what it remembers of one, and how much comes in at once."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

Product = dict[str, Any]
"""A product as inventory tells it: `sku`, prices in cents, `available` units, `as_of`."""


class Availability(StrEnum):
    """Whether the stock shown was just read, or is the last that was heard of it."""

    CONFIRMED = "confirmed"
    BEING_CONFIRMED = "being-confirmed"


def marked(product: Product, availability: Availability) -> Product:
    """Return `product` with its availability."""
    return {**product, "availability": availability}


class Pace:
    """How many requests a second may begin. A burst of up to a second's worth is taken as well."""

    def __init__(self, per_s: float) -> None:
        self._per_s = per_s
        self._left = per_s
        self._at_s = 0.0

    def adjust(self, per_s: float) -> None:
        """Let that many begin from now on."""
        self._per_s = per_s

    def allows(self, now_s: float) -> bool:
        """Say whether one more may begin, and count it if so; `now_s` never falls."""
        self._left = min(self._per_s, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True


class LastKnown:
    """The products as they were last heard of, in the order of the list they came in."""

    def __init__(self) -> None:
        self._products: dict[str, Product] = {}

    def learn_all(self, products: Iterable[Product]) -> None:
        """Replace everything."""
        self._products = {product["sku"]: product for product in products}

    def learn(self, product: Product) -> None:
        """Replace one product of the list; a list that was never heard of stays unknown."""
        if product["sku"] in self._products:
            self._products[product["sku"]] = product

    def all(self) -> list[Product]:
        """Return every product; none when nothing has been heard yet."""
        return list(self._products.values())

    def one(self, sku: str) -> Product | None:
        """Return one product, or None when nothing has been heard of it."""
        return self._products.get(sku)
