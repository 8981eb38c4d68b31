"""Orders, with a transactional outbox."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import uuid4

import httpx
from fastapi import FastAPI, Header
from sqlalchemy import insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_nothing

from benchmarks.bare.database import Bare
from benchmarks.bare.models import Checkout, Json
from benchmarks.bare.outbox import relay
from services.chassis.sqlite_queue import metadata as broker_metadata
from services.order.tables import metadata, order_lines, orders, outbox


def create_app(database_url: str, broker_url: str, inventory_url: str, payment_url: str) -> FastAPI:
    """Return an order service."""
    database, broker = Bare(database_url, metadata), Bare(broker_url, broker_metadata)
    inventory = httpx.AsyncClient(base_url=inventory_url, timeout=10, trust_env=False)
    payment = httpx.AsyncClient(base_url=payment_url, timeout=10, trust_env=False)
    stored = asyncio.Event()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with database, broker, inventory, payment:
            relaying = asyncio.create_task(relay(database, broker, stored))
            yield
            relaying.cancel()

    app = FastAPI(lifespan=lifespan)

    @app.post("/orders", status_code=201)
    async def place(checkout: Checkout, idempotency_key: Annotated[str, Header()]) -> Json:
        order_id, now = uuid4().hex, datetime.now(UTC)
        row = {
            "order_id": order_id,
            "customer_id": checkout.customer_id,
            "idempotency_key": idempotency_key,
            "fingerprint": str(hash(idempotency_key)),
            "status": "placing",
            "attempt": 1,
            "claimed_until": now + timedelta(seconds=6),
            "card_token": checkout.card_token,
            "placed_at": now,
            "discount_cents": 0,
            "total_cents": 0,
            "stock_unconfirmed": False,
        }
        async with database.statements.connect() as connection:
            await connection.execute(insert_or_nothing(orders).values(row).on_conflict_do_nothing())
        wanted = {"lines": [line.model_dump() for line in checkout.lines]}
        reserved = await inventory.put(f"/reservations/{order_id}", json=wanted)
        reserved.raise_for_status()
        lines = reserved.json()["lines"]
        total_cents = sum(line["quantity"] * line["unit_price_cents"] for line in lines)
        charge = {"amount_cents": total_cents, "card_token": checkout.card_token}
        (await payment.put(f"/payments/{order_id}", json=charge)).raise_for_status()
        placed = {
            "order_id": order_id,
            "customer_id": checkout.customer_id,
            "status": "confirmed",
            "needs_review": False,
            "lines": lines,
            "discount_cents": 0,
            "total_cents": total_cents,
            "currency": "EUR",
            "placed_at": now.isoformat(),
        }
        await _finish(database, placed, checkout.card_token)
        stored.set()
        return placed

    @app.post("/orders/{order_id}/settlement")
    async def settle(order_id: str, _: Json) -> Json:
        async with database.statements.connect() as connection:
            found = (await connection.execute(select(orders).where(orders.c.order_id == order_id))).mappings().one()
            ordered = select(order_lines).where(order_lines.c.order_id == order_id).order_by(order_lines.c.position)
            lines = (await connection.execute(ordered)).mappings().all()
        move = update(orders).where(orders.c.order_id == order_id, orders.c.status == "confirmed")
        async with database.statements.connect() as connection:
            await connection.execute(move.values(status="fulfilled"))
        return {"order_id": order_id, "status": "fulfilled", "total_cents": found["total_cents"], "lines": len(lines)}

    return app


async def _finish(database: Bare, placed: Json, card_token: str) -> None:
    order_id = placed["order_id"]
    happened = {**placed, "event_id": uuid4().hex, "type": "order.placed", "card_token": card_token}
    held = orders.c.order_id == order_id, orders.c.status == "placing", orders.c.attempt == 1
    done = {"status": "confirmed", "placed_as": "confirmed", "discount_cents": 0}
    done |= {"total_cents": placed["total_cents"], "stock_unconfirmed": False, "refusal": None}
    rows = [{"order_id": order_id, "position": at, **line} for at, line in enumerate(placed["lines"])]
    message = {"id": happened["event_id"], "topic": "order.placed", "body": json.dumps(happened)}
    message |= {"headers": "{}", "stored_at": time.time()}
    async with database.transactions.begin() as connection:
        await connection.execute(update(orders).where(*held).values(done))
        await connection.execute(insert(order_lines), rows)
        await connection.execute(insert(outbox).values(message))
