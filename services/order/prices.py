"""The prices that were last known, for orders taken while nobody can be asked."""

from collections.abc import Iterable

from sqlalchemy import func, select

from services.chassis.database import Database, insert_once
from services.order.clients import Inventory
from services.order.domain import Line, WantedLine
from services.order.tables import known_prices


class KnownPrices:
    """A copy of the inventory's prices, as old as its last refresh."""

    def __init__(self, database: Database, inventory: Inventory) -> None:
        self._database = database
        self._inventory = inventory

    async def refresh(self) -> None:
        """Copy what has changed. Raises the `Neighbour…` errors when the inventory cannot be asked."""
        current = {line.sku: line for line in await self._inventory.prices()}
        known = await self._known(current)
        changed = [line for sku, line in current.items() if known.get(sku) != line]
        if changed:
            await self._store(changed)

    async def read_anew(self) -> int:
        """Copy what has changed; return how many prices there are. Raises as `refresh`."""
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
