"""Takes units off without looking; what would go below none is refused by the database, with an error for everybody."""

from datetime import datetime

from services.chassis.database import Database
from services.inventory import storage
from services.inventory.domain import Quantities, Reservation
from services.inventory.tables import stock


async def promise_units(database: Database, reservation: Reservation, now: datetime) -> Quantities | None:
    """Return what is left by SKU; None, and nothing done, if the order has a reservation. Raises `OutOfStock`."""
    left: dict[str, int] = {}
    async with database.begin() as connection:
        if not await storage.add_reservation(connection, reservation, now):
            return None
        for sku, quantity in sorted(reservation.quantities.items()):
            taken = stock.update().where(stock.c.sku == sku).values(available=stock.c.available - quantity)
            left[sku] = (await connection.execute(taken.returning(stock.c.available))).scalar_one()
    return left
