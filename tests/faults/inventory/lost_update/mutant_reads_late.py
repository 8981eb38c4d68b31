"""Reads the stock at the last moment before it writes: a smaller gap is still one."""

from datetime import datetime

from sqlalchemy import bindparam

from services.chassis.database import Database
from services.inventory import storage
from services.inventory.domain import Quantities, Reservation
from services.inventory.errors import OutOfStock
from services.inventory.tables import stock

_SET = stock.update().where(stock.c.sku == bindparam("wanted")).values(available=bindparam("left"))


async def promise_units(database: Database, reservation: Reservation, now: datetime) -> Quantities | None:
    """Return what is left by SKU; None, and nothing done, if the order has a reservation. Raises `OutOfStock`."""
    wanted = reservation.quantities
    async with database.begin() as connection:
        if not await storage.add_reservation(connection, reservation, now):
            return None
        there = await storage.available(connection, wanted)
        if short := {sku: units for sku, units in there.items() if units < wanted[sku]}:
            raise OutOfStock.of(wanted, short)
    left = {sku: there[sku] - wanted[sku] for sku in sorted(wanted)}
    async with database.begin() as connection:
        await connection.execute(_SET, [{"wanted": sku, "left": units} for sku, units in left.items()])
    return left
