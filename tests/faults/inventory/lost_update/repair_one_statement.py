"""Takes units in the statement that sees whether they are there."""

from datetime import datetime

from services.chassis.database import Database
from services.inventory import storage
from services.inventory.domain import Quantities, Reservation
from services.inventory.errors import OutOfStock
from services.inventory.tables import stock


async def promise_units(database: Database, reservation: Reservation, now: datetime) -> Quantities | None:
    """Return what is left by SKU; None, and nothing done, if the order has a reservation. Raises `OutOfStock`."""
    left: dict[str, int] = {}
    async with database.begin() as connection:
        if not await storage.add_reservation(connection, reservation, now):
            return None
        for sku, quantity in sorted(reservation.quantities.items()):
            enough = stock.c.sku == sku, stock.c.available >= quantity
            taken = stock.update().where(*enough).values(available=stock.c.available - quantity)
            units = (await connection.execute(taken.returning(stock.c.available))).scalar_one_or_none()
            if units is None:
                raise OutOfStock.of(reservation.quantities, await storage.available(connection, [sku]))
            left[sku] = units
    return left
