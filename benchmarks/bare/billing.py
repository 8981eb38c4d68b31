"""The ledger."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from sqlalchemy import func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from benchmarks.bare.database import Bare
from benchmarks.bare.models import Json
from services.billing.storage.tables import entries, events, invoices, metadata, movements, totals

ACCOUNTS = ("cash-in-transit", "discounts", "revenue", "tax-payable")


def create_app(database_url: str) -> FastAPI:
    """Return a billing service."""
    database = Bare(database_url, metadata)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with database:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/events")
    async def post(happened: Json) -> Json:
        order_id, now = happened["order_id"], datetime.now(UTC)
        amounts = dict.fromkeys(ACCOUNTS, 0) | _amounts(happened)
        moved = [
            {"order_id": order_id, "kind": "invoice", "account": account, "amount_cents": cents}
            for account, cents in amounts.items()
            if cents
        ]
        month = now.strftime("%Y-%m")
        number = select(func.coalesce(func.max(invoices.c.number), 0) + 1).where(invoices.c.month == month)
        invoice = {
            "order_id": order_id,
            "customer_id": happened["customer_id"],
            "month": month,
            "number": number.scalar_subquery(),
            "issued_at": now,
            "status": "issued",
            "lines": json.dumps(happened["lines"]),
        }
        event_row = {
            "order_id": order_id,
            "type": happened["type"],
            "event_id": happened["event_id"],
            "recorded_at": now,
        }
        addition = upsert(totals)
        running = {"running_cents": totals.c.running_cents + addition.excluded.running_cents}
        async with database.transactions.begin() as connection:
            await connection.execute(upsert(events).values(event_row).on_conflict_do_nothing())
            await connection.execute(
                addition.on_conflict_do_update(index_elements=[totals.c.account], set_=running),
                [{"account": account, "running_cents": cents} for account, cents in amounts.items()],
            )
            await connection.execute(insert(movements), [{**row, "trace_id": "", "moved_at": now} for row in moved])
            await connection.execute(insert(entries), moved)
            issued = await connection.execute(insert(invoices).values(invoice).returning(invoices.c.number))
            return {"invoice_number": issued.scalar_one(), **happened}

    return app


def _amounts(happened: Json) -> dict[str, int]:
    tax_cents = sum(
        line["unit_price_cents"] * line["quantity"] * line["tax_percent"] // (100 + line["tax_percent"])
        for line in happened["lines"]
    )
    total_cents = happened["total_cents"]
    return {"cash-in-transit": total_cents, "revenue": tax_cents - total_cents, "tax-payable": -tax_cents}
