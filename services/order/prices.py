"""The prices that were last known, for orders taken while nobody can be asked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from services.chassis.clock import Clock
from services.chassis.database import Database, insert_once
from services.order.clients import Inventory
from services.order.domain import Line, WantedLine
from services.order.tables import known_prices


class KnownPrices:
    """A copy of the inventory's prices, at most `every_s` seconds old while the inventory can be reached."""

    def __init__(self, database: Database, inventory: Inventory, clock: Clock, every_s: float) -> None:
        self._database = database
        self._inventory = inventory
        self._clock = clock
        self._every = timedelta(seconds=every_s)
        self._refreshed_at: datetime | None = None

    async def refresh(self) -> None:
        """Copy what has changed, if it is time. Raises the `Neighbour…` errors when the inventory cannot be asked."""
        now = self._clock.now()
        if self._refreshed_at is not None and now - self._refreshed_at < self._every:
            return
        current = {line.sku: line for line in await self._inventory.prices()}
        known = await self._known(current)
        changed = [line for sku, line in current.items() if known.get(sku) != line]
        if changed:
            await self._store(changed)
        self._refreshed_at = now

    async def read_anew(self) -> int:
        """Copy what has changed without waiting for the time; return how many prices there are. Raises as `refresh`."""
        self._refreshed_at = None
        await self.refresh()
        async with self._database.read() as connection:
            return (await connection.execute(select(func.count()).select_from(known_prices))).scalar_one()

    async def price(self, wanted: Iterable[WantedLine]) -> tuple[Line, ...] | None:
        """Return `wanted` at the known prices, or None when one of them is not known."""
        quantities = {line.sku: line.quantity for line in wanted}
        known = await self._known(quantities)
        if len(known) < len(quantities):
            return None
        return tuple(
            Line(sku, known[sku].name, quantity, known[sku].unit_price_cents, known[sku].tax_percent)
            for sku, quantity in quantities.items()
        )

    async def _known(self, skus: Iterable[str]) -> dict[str, Line]:
        wanted = select(known_prices).where(known_prices.c.sku.in_(list(skus)))
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).all()
        return {row.sku: Line(row.sku, row.name, 1, row.unit_price_cents, row.tax_percent) for row in rows}

    async def _store(self, lines: Iterable[Line]) -> None:
        async with self._database.begin() as connection:
            for line in lines:
                row = {name: value for name, value in line.fields().items() if name != "quantity"}
                if not await insert_once(connection, known_prices, row):
                    await connection.execute(
                        known_prices.update().where(known_prices.c.sku == line.sku).values(**row),
                    )
