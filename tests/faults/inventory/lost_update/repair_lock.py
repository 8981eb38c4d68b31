"""Locks the rows, in the order of SKUs, before it reads them, and keeps them locked until they are written."""

from datetime import datetime

from sqlalchemy import select

from services.chassis.database import Database
from services.inventory import storage
from services.inventory.domain import Quantities, Reservation
from services.inventory.errors import OutOfStock
from services.inventory.tables import stock


async def promise_units(database: Database, reservation: Reservation, now: datetime) -> Quantities | None:
    """Return what is left by SKU; None, and nothing done, if the order has a reservation. Raises `OutOfStock`."""
    wanted = reservation.quantities
    async with database.begin() as connection:
        if not await storage.add_reservation(connection, reservation, now):
            return None
        rows = select(stock).where(stock.c.sku.in_(list(wanted))).order_by(stock.c.sku).with_for_update()
        there = {row.sku: row.available for row in await connection.execute(rows)}
        if short := {sku: units for sku, units in there.items() if units < wanted[sku]}:
            raise OutOfStock.of(wanted, short)
        left = {sku: units - wanted[sku] for sku, units in there.items()}
        for sku, units in left.items():
            await connection.execute(stock.update().where(stock.c.sku == sku).values(available=units))
    return left
