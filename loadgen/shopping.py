"""What shoppers do that has nothing to do with HTTP: who they are, what they pick, how they pay, when they act."""

from dataclasses import dataclass
from random import Random
from typing import Any

from loadgen.shape import Basket, Firms

CUSTOMERS = 400
GOOD_CARDS = ("card-4242", "card-4444", "card-1881", "card-5904")
DECLINED_CARD = "card-0002"
DECLINED_SHARE = 0.015
WITHDRAWN = "TEA-SMOKE-50"
"""A product that was sold once."""
LINE_COUNTS = ((1, 6), (2, 3), (3, 1))
QUANTITIES = ((1, 7), (2, 2), (3, 1))


@dataclass(frozen=True, slots=True)
class Purchase:
    """A checkout: distinct products with quantities, and a card."""

    lines: tuple[tuple[str, int], ...]
    card_token: str


class Taste:
    """One shopper's choices. Everything random about a shopper comes from here."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self._number = chance.randrange(CUSTOMERS)
        self.customer_id = f"shopper-{self._number:03d}"

    def orders_for(self, firms: Firms | None) -> str:
        """Return the customer for whom this shopper orders: itself, or always the same one of the firms."""
        return self.customer_id if firms is None else f"firm-{self._number % firms.count:02d}"

    def product(self, skus: list[str]) -> str:
        """Return one of `skus`; those at the top of the page are looked at more."""
        return skus[int(len(skus) * self.chance.random() ** 2)]

    def purchase(self, skus: list[str]) -> Purchase:
        """Return what to buy of `skus` (at least one) and how to pay."""
        picked = {self.product(skus) for _ in range(self._weighted(LINE_COUNTS))}
        lines = tuple((sku, self._weighted(QUANTITIES)) for sku in sorted(picked))
        return Purchase(lines, self.card())

    def withdrawn(self) -> Purchase:
        """Return what somebody buys who has kept an old link."""
        return Purchase(((WITHDRAWN, 1),), self.card())

    def favourite(self, skus: list[str], basket: Basket | None) -> Purchase | None:
        """Return a purchase of what everybody buys these days, the first of `skus`; None if it is to be as usual."""
        if basket is None or not skus or not self.happens(basket.favourite_share):
            return None
        return Purchase(((skus[0], self.chance.randint(*basket.units)),), self.card())

    def card(self) -> str:
        """Return a card; a small share of them is declined."""
        return DECLINED_CARD if self.chance.random() < DECLINED_SHARE else self.chance.choice(GOOD_CARDS)

    def happens(self, probability: float) -> bool:
        """Return True in `probability` of all cases."""
        return self.chance.random() < probability

    def idempotency_key(self) -> str:
        """Return a key that no other purchase has."""
        return f"{self.chance.getrandbits(128):032x}"

    def _weighted(self, choices: tuple[tuple[int, int], ...]) -> int:
        values, weights = zip(*choices, strict=True)
        return int(self.chance.choices(values, weights)[0])


def buyable(products: dict[str, Any]) -> list[str]:
    """Return the SKUs of a product list that can be bought."""
    listed = products.get("products", [])
    return [product["sku"] for product in listed if has(product, 1)]


def has(product: dict[str, Any], quantity: int) -> bool:
    """Whether there is as much of a product, as its page says."""
    return bool(product.get("available", 0) >= quantity)
