"""Has every look at a page be a query."""

from collections.abc import Iterable, Mapping

from services.inventory.domain import Offer
from services.inventory.shelf import Shelf


class KeptOffers:
    """Keeps offers that were read, so that not every look at a page is a query."""

    def __init__(self, shelf: Shelf) -> None:
        """Work on `shelf`."""
        self._shelf = shelf

    def fresh(self, skus: Iterable[str]) -> dict[str, Offer]:
        """Return those of `skus` that are kept and can be shown."""
        del skus
        return {}

    def keep(self, offers: Mapping[str, Offer]) -> None:
        """Keep offers that were just read, except those that have changed meanwhile."""
        del offers

    def changed(self, skus: Iterable[str]) -> None:
        """Hear that the stock of `skus` has changed."""
        self._shelf.reading.difference_update(skus)
