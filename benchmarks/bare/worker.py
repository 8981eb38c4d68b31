"""The consumer of order events, four at a time: with eight, waiting for SQLite takes every connection of the pool."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import delete, select, update

from benchmarks.bare.database import Bare
from benchmarks.bare.models import Json
from services.chassis.sqlite_queue import messages
from services.chassis.sqlite_queue import metadata as broker_metadata


def create_app(broker_url: str, payment_url: str, billing_url: str, inventory_url: str, order_url: str) -> FastAPI:
    """Return a worker."""
    broker, slots = Bare(broker_url, broker_metadata), asyncio.Semaphore(4)
    payment, billing, inventory, order = (
        httpx.AsyncClient(base_url=url, timeout=10, trust_env=False)
        for url in (payment_url, billing_url, inventory_url, order_url)
    )
    tasks: set[asyncio.Task[None]] = set()

    async def take() -> Json | None:
        now = time.time()
        waiting = select(messages.c.seq).where(messages.c.queue == "order-queue", messages.c.available_at <= now)
        first = waiting.order_by(messages.c.available_at, messages.c.seq).limit(1)
        claim = update(messages).where(messages.c.seq == first.scalar_subquery())
        lease = {"available_at": now + 30, "receipt": uuid4().hex, "deliveries": messages.c.deliveries + 1}
        async with broker.statements.connect() as connection:
            row = (await connection.execute(claim.values(lease).returning(messages))).mappings().one_or_none()
        return None if row is None else dict(row)

    async def receive() -> None:
        while True:
            await slots.acquire()
            while (row := await take()) is None:  # noqa: ASYNC110 -- SQLite cannot wake another process
                await asyncio.sleep(0.02)
            task = asyncio.create_task(handle(row))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def handle(row: Json) -> None:
        placed = json.loads(row["body"])
        order_id = placed["order_id"]
        charge = {"amount_cents": placed["total_cents"], "card_token": placed["card_token"]}
        (await payment.post(f"/payments/{order_id}/capture", json=charge)).raise_for_status()
        (await billing.post("/events", json=placed)).raise_for_status()
        (await inventory.post(f"/reservations/{order_id}/commit")).raise_for_status()
        (await order.post(f"/orders/{order_id}/settlement", json={"outcome": "paid"})).raise_for_status()
        mine = messages.c.id == row["id"], messages.c.receipt == row["receipt"]
        async with broker.statements.connect() as connection:
            await connection.execute(delete(messages).where(*mine))
        slots.release()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with broker, payment, billing, inventory, order:
            receiving = asyncio.create_task(receive())
            yield
            receiving.cancel()

    return FastAPI(lifespan=lifespan)
