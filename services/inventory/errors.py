"""How the inventory says no.

NotFound 404
└── UnknownSku               unknown-sku
Conflict 409
├── OutOfStock               out-of-stock
├── ReservationConflict      reservation-conflict
└── ReservationReleased      reservation-released
"""

from services.chassis.errors import Conflict, NotFound


class UnknownSku(NotFound):
    """There is no such product."""

    code, title = "unknown-sku", "Unknown SKU"


class OutOfStock(Conflict):
    """Fewer units are available than asked for; nothing was reserved. `shortages` lists every such line."""

    code, title = "out-of-stock", "Out of stock"


class ReservationConflict(Conflict):
    """The order has a reservation with other lines."""

    code, title = "reservation-conflict", "Reservation conflict"


class ReservationReleased(Conflict):
    """The order gave its reservation up, perhaps before it had made it; it cannot have it back."""

    code, title = "reservation-released", "Reservation released"
