"""Units are promised twice: of two orders that want the same product at once, only one is taken off the stock.

Cause: the stock is read in one transaction, what will be left is worked out, and that figure is written in another.
Whoever has read before the first of two writes overwrites it with what was true earlier.

Repair: let one statement decide and take (`available - n` where `available >= n`), or lock the rows before they are
read and keep them locked until they are written, or write only where the figure is still the one that was read, and
begin again where it is not.

Plain: promising.promise_units
"""

from datetime import datetime
from typing import Protocol

from sqlalchemy import bindparam
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.chassis.fault import Fault
from services.inventory import storage
from services.inventory.domain import Quantities, Reservation
from services.inventory.errors import OutOfStock
from services.inventory.tables import stock

_SET = stock.update().where(stock.c.sku == bindparam("wanted")).values(available=bindparam("left"))
# Built once: composing a statement costs more than SQLite takes to run it.
_TAKE = (
    stock.update()
    .where(stock.c.sku == bindparam("wanted"), stock.c.available >= bindparam("quantity"))
    .values(available=stock.c.available - bindparam("quantity"))
    .returning(stock.c.available)
)


class Promising(Protocol):
    """Keeps the reservation of an order and takes its units out of the stock, all lines or none."""

    async def __call__(self, database: Database, reservation: Reservation, now: datetime) -> Quantities | None:
        """Return what is left by SKU; None, and nothing done, if the order has a reservation. Raises `OutOfStock`."""


async def faulty(database: Database, reservation: Reservation, now: datetime) -> Quantities | None:
    """Read, work it out, write."""
    wanted = reservation.quantities
    async with database.read() as connection:
        there = await storage.available(connection, wanted)
    async with database.begin() as connection:
        if not await storage.add_reservation(connection, reservation, now):
            return None
        if short := {sku: units for sku, units in there.items() if units < wanted[sku]}:
            raise OutOfStock.of(wanted, short)
        left = {sku: there[sku] - wanted[sku] for sku in sorted(wanted)}
        await connection.execute(_SET, [{"wanted": sku, "left": units} for sku, units in left.items()])
    return left


async def fixed(database: Database, reservation: Reservation, now: datetime) -> Quantities | None:
    """Have the statement that takes the units see that they are there."""
    wanted = reservation.quantities
    async with database.begin() as connection:
        if not await storage.add_reservation(connection, reservation, now):
            return None
        left = await _take(connection, wanted)
        if short := [sku for sku, units in left.items() if units is None]:
            raise OutOfStock.of(wanted, await storage.available(connection, short))
    return {sku: units for sku, units in left.items() if units is not None}


async def _take(connection: AsyncConnection, wanted: Quantities) -> dict[str, int | None]:
    """Take units out of stock; return what is left by SKU, None (and nothing taken) where there were too few."""
    left: dict[str, int | None] = {}
    for sku in sorted(wanted):
        result = await connection.execute(_TAKE, {"wanted": sku, "quantity": wanted[sku]})
        left[sku] = result.scalar_one_or_none()
    return left


promised_once = Fault[Promising](__name__, faulty, fixed)
