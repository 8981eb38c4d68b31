"""How the inventory says no.

NotFound 404
└── UnknownSku               unknown-sku
Conflict 409
├── OutOfStock               out-of-stock
├── ReservationConflict      reservation-conflict
└── ReservationReleased      reservation-released
"""

from typing import Self

from services.chassis.errors import Conflict, NotFound
from services.inventory.domain import Quantities, Shortage


class UnknownSku(NotFound):
    """There is no such product."""

    code, title = "unknown-sku", "Unknown SKU"


class OutOfStock(Conflict):
    """Fewer units are available than asked for; nothing was reserved. `shortages` lists every such line."""

    code, title = "out-of-stock", "Out of stock"

    @classmethod
    def of(cls, wanted: Quantities, available: Quantities) -> Self:
        """Return the refusal of `wanted`; `available` has what there is of what there is too little of."""
        shortages = [Shortage(sku, wanted[sku], units) for sku, units in available.items()]
        return cls(f"Too few units of {', '.join(sorted(available))}.", shortages=shortages)


class ReservationConflict(Conflict):
    """The order has a reservation with other lines."""

    code, title = "reservation-conflict", "Reservation conflict"


class ReservationReleased(Conflict):
    """The order gave its reservation up, perhaps before it had made it; it cannot have it back."""

    code, title = "reservation-released", "Reservation released"
