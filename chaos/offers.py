"""Everything that can be switched on, whoever carries it out."""

from collections.abc import Iterable
from difflib import get_close_matches

from chaos.drivers import Driver, Offer
from chaos.errors import UnknownFault


class Offers:
    """The drivers at hand."""

    def __init__(self, drivers: Iterable[Driver]) -> None:
        self._drivers = tuple(drivers)

    async def all(self) -> list[Offer]:
        """Return all faults, by name."""
        offers = [offer for driver in self._drivers for offer in await driver.offers()]
        return sorted(offers, key=lambda offer: offer.name)

    async def ensure_known(self, fault: str) -> None:
        """Raise `UnknownFault` when nobody has ever offered `fault`."""
        await self.driver_of(fault)

    async def driver_of(self, fault: str) -> Driver:
        """Return who carries `fault` out. Raises `UnknownFault`, with the names that come nearest."""
        for driver in self._drivers:
            if driver.knows(fault):
                return driver
        near = get_close_matches(fault, [offer.name for offer in await self.all()], n=3, cutoff=0.5)
        instead = f"Did you mean {' or '.join(near)}?" if near else "GET /faults lists them all."
        raise UnknownFault(f"There is no fault {fault!r}.", instead=instead, near=near)
