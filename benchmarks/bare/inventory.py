"""Stock."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_nothing

from benchmarks.bare.database import Bare
from benchmarks.bare.models import Json, Reservation
from services.inventory.tables import metadata, products, reservations, stock


def create_app(database_url: str, seed: Path) -> FastAPI:
    """Return an inventory that sells what the file `seed` lists."""
    database = Bare(database_url, metadata)
    offers: dict[str, Json] = {row["sku"]: row for row in json.loads(seed.read_text())}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with database:
            async with database.transactions.begin() as connection:
                for row in offers.values():
                    await connection.execute(insert(products).values({k: row[k] for k in products.c.keys()}))  # noqa: SIM118
                    await connection.execute(insert(stock).values(sku=row["sku"], available=10**9))
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/products")
    async def catalogue() -> Json:
        async with database.statements.connect() as connection:
            return {"products": [dict(row) for row in (await connection.execute(select(products))).mappings()]}

    @app.put("/reservations/{order_id}")
    async def reserve(order_id: str, wanted: Reservation) -> Json:
        lines = [
            {
                "sku": line.sku,
                "name": offers[line.sku]["name"],
                "quantity": line.quantity,
                "unit_price_cents": offers[line.sku]["price_cents"],
                "tax_percent": offers[line.sku]["tax_percent"],
            }
            for line in wanted.lines
        ]
        async with database.transactions.begin() as connection:
            row = {"order_id": order_id, "state": "held", "lines": json.dumps(lines), "changed_at": datetime.now(UTC)}
            await connection.execute(insert_or_nothing(reservations).values(row).on_conflict_do_nothing())
            for line in sorted(wanted.lines, key=lambda line: line.sku):
                enough = stock.c.sku == line.sku, stock.c.available >= line.quantity
                take = update(stock).where(*enough).values(available=stock.c.available - line.quantity)
                (await connection.execute(take.returning(stock.c.available))).scalar_one()
        return {"order_id": order_id, "state": "held", "lines": lines}

    @app.post("/reservations/{order_id}/commit")
    async def commit(order_id: str) -> Json:
        held = reservations.c.order_id == order_id, reservations.c.state == "held"
        change = update(reservations).where(*held).values(state="committed", changed_at=datetime.now(UTC))
        async with database.statements.connect() as connection:
            lines = (await connection.execute(change.returning(reservations.c.lines))).scalar_one()
        return {"order_id": order_id, "state": "committed", "lines": json.loads(lines)}

    return app
