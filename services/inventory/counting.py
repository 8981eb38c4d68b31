"""Counting the stock: what is on sale and what is promised must be what there ever was."""

from collections.abc import Sequence
from datetime import timedelta
from types import MappingProxyType

import structlog
from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from observability.wiring import Telemetry, vocabulary
from services.chassis.clock import Clock
from services.chassis.database import Database, UtcDateTime, insert_once
from services.inventory import tables
from services.inventory.domain import Counted, State
from services.inventory.storage import reservation_of

NAMED = 20
"""How many orders a warning names at most."""
UNDER_WAY = timedelta(seconds=5)
"""How long before it could be seen a reservation may have been dated."""

# One statement, so that all of it is of one moment on any database.
_COUNT = """
SELECT stock.sku, stock.available, coalesce(promised.units, 0) AS promised, coalesce(received.units, 0) AS received,
  opening_stock.units AS opening
FROM stock
LEFT JOIN opening_stock ON opening_stock.sku = stock.sku
LEFT JOIN (
  SELECT {sku} AS sku, sum({quantity}) AS units FROM reservations, {lines}
  WHERE reservations.state <> 'released' GROUP BY 1
) AS promised ON promised.sku = stock.sku
LEFT JOIN (
  SELECT sku, sum(quantity) AS units FROM purchase_orders WHERE state = 'received' GROUP BY sku
) AS received ON received.sku = stock.sku
ORDER BY stock.sku
"""
_COUNTS = MappingProxyType(
    {
        "sqlite": text(
            _COUNT.format(
                lines="json_each(reservations.lines) AS line",
                sku="json_extract(line.value, '$.sku')",
                quantity="json_extract(line.value, '$.quantity')",
            )
        ),
        "postgresql": text(
            _COUNT.format(
                lines="json_array_elements(CAST(reservations.lines AS json)) AS line",
                sku="line->>'sku'",
                quantity="CAST(line->>'quantity' AS bigint)",
            )
        ),
    }
)
_CHANGED = (
    select(tables.reservations)
    .where(
        tables.reservations.c.changed_at >= bindparam("since", type_=UtcDateTime),
        tables.reservations.c.state != State.RELEASED.value,
    )
    .order_by(tables.reservations.c.changed_at.desc())
)

log = structlog.get_logger()


class StockCount:
    """Compares, round after round, and tells which orders were at the products that do not add up."""

    def __init__(self, database: Database, telemetry: Telemetry, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._gauge = telemetry.metrics.gauge(vocabulary.STOCK_MISMATCH)
        self._since = clock.now()
        self._units = 0

    async def round(self) -> None:
        """Count once. A product that has never been counted is taken to be right as it is."""
        now = self._clock.now()
        async with self._database.read() as connection:
            counted = await _count(connection)
        if new := [one for one in counted if one.opening is None]:
            await self._open(new)
        await self._tell([one for one in counted if one.surplus])
        self._since = now

    async def _open(self, new: Sequence[Counted]) -> None:
        async with self._database.begin() as connection:
            for one in new:
                await insert_once(connection, tables.opening_stock, {"sku": one.sku, "units": one.supply})

    async def _tell(self, wrong: Sequence[Counted]) -> None:
        units = sum(abs(one.surplus) for one in wrong)
        self._gauge.set(units)
        if units != self._units:
            skus = {one.sku: one.surplus for one in wrong}
            log.warning(
                "stock.mismatch",
                units=units,
                change_units=units - self._units,
                skus=skus,
                order_ids=await self._takers(skus),
            )
        self._units = units

    async def _takers(self, skus: dict[str, int]) -> list[str]:
        """Return the latest orders that have reserved one of `skus` since the last round."""
        async with self._database.read() as connection:
            rows = await connection.execute(_CHANGED, {"since": self._since - UNDER_WAY})
        found = map(reservation_of, rows)
        return [one.order_id for one in found if skus.keys() & one.quantities.keys()][:NAMED]


async def _count(connection: AsyncConnection) -> list[Counted]:
    rows = await connection.execute(_COUNTS[connection.dialect.name])
    return [Counted(row.sku, row.available, int(row.promised), int(row.received), row.opening) for row in rows]
