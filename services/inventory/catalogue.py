"""What is on sale here: fixed while the process runs, so that nobody has to ask the database for a price."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from services.chassis.database import Database
from services.inventory import storage
from services.inventory.domain import Product, Quantities, ReservedLine, reserved
from services.inventory.errors import UnknownSku


class Catalogue:
    """The products. Enter it after the database: that fills an empty one from `products_file` and reads it."""

    def __init__(self, database: Database, products_file: Path) -> None:
        self._database = database
        self._products_file = products_file
        self.products: Mapping[str, Product] = {}

    async def __aenter__(self) -> Self:
        async with self._database.begin() as connection:
            found = await storage.all_products(connection)
            if not found:
                await storage.add_products(connection, _read(self._products_file))
                found = await storage.all_products(connection)
        self.products = {product.sku: product for product in found}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the products as they are."""

    def priced(self, wanted: Quantities) -> list[ReservedLine]:
        """Return `wanted` as lines with today's prices; raise `UnknownSku` for a SKU that is not on sale."""
        try:
            return [reserved(self.products[sku], quantity) for sku, quantity in wanted.items()]
        except KeyError as unknown:
            raise UnknownSku(f"Nothing with the SKU {unknown.args[0]} is on sale.", sku=unknown.args[0]) from None


def _read(products_file: Path) -> list[tuple[Product, int]]:
    rows = orjson.loads(products_file.read_bytes())
    return [(Product(**{key: row[key] for key in row if key != "units"}), row["units"]) for row in rows]
