"""Writes only where the figure is still the one that was read, and begins again where it is not."""

import asyncio
import random
from datetime import datetime

from services.chassis.database import Database
from services.inventory import storage
from services.inventory.domain import Quantities, Reservation
from services.inventory.errors import OutOfStock
from services.inventory.tables import stock


class Overtaken(Exception):
    """Somebody else has changed what was read."""


async def promise_units(database: Database, reservation: Reservation, now: datetime) -> Quantities | None:
    """Return what is left by SKU; None, and nothing done, if the order has a reservation. Raises `OutOfStock`."""
    while True:
        async with database.read() as connection:
            there = await storage.available(connection, reservation.quantities)
        try:
            return await _written(database, reservation, now, there)
        except Overtaken:
            await asyncio.sleep(random.uniform(0, 0.01))  # noqa: S311 -- jitter


async def _written(database: Database, reservation: Reservation, now: datetime, there: Quantities) -> Quantities | None:
    wanted = reservation.quantities
    async with database.begin() as connection:
        if not await storage.add_reservation(connection, reservation, now):
            return None
        if short := {sku: units for sku, units in there.items() if units < wanted[sku]}:
            raise OutOfStock.of(wanted, short)
        left = {sku: there[sku] - wanted[sku] for sku in sorted(wanted)}
        for sku, units in left.items():
            unchanged = stock.c.sku == sku, stock.c.available == there[sku]
            changed = await connection.execute(stock.update().where(*unchanged).values(available=units))
            if changed.rowcount != 1:
                raise Overtaken
    return left
