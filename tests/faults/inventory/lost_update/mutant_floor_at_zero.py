"""Takes units off whatever is there and never goes below none; whether there are enough was asked before."""

from datetime import datetime

from sqlalchemy import case

from services.chassis.database import Database
from services.inventory import storage
from services.inventory.domain import Quantities, Reservation
from services.inventory.errors import OutOfStock
from services.inventory.tables import stock


async def promise_units(database: Database, reservation: Reservation, now: datetime) -> Quantities | None:
    """Return what is left by SKU; None, and nothing done, if the order has a reservation. Raises `OutOfStock`."""
    wanted, left = reservation.quantities, dict[str, int]()
    async with database.read() as connection:
        there = await storage.available(connection, wanted)
    async with database.begin() as connection:
        if not await storage.add_reservation(connection, reservation, now):
            return None
        if short := {sku: units for sku, units in there.items() if units < wanted[sku]}:
            raise OutOfStock.of(wanted, short)
        for sku, quantity in sorted(wanted.items()):
            fewer = case((stock.c.available > quantity, stock.c.available - quantity), else_=0)
            taken = stock.update().where(stock.c.sku == sku).values(available=fewer).returning(stock.c.available)
            left[sku] = (await connection.execute(taken)).scalar_one()
    return left
