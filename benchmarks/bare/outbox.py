"""Sending what the outbox holds."""

import asyncio
import time

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from benchmarks.bare.database import Bare
from services.chassis.sqlite_queue import messages
from services.order.tables import outbox


async def relay(database: Bare, broker: Bare, stored: asyncio.Event) -> None:
    """Hand messages to the broker whenever some are stored."""
    while True:
        await stored.wait()
        stored.clear()
        async with database.statements.connect() as connection:
            rows = (await connection.execute(select(outbox).order_by(outbox.c.seq).limit(50))).mappings().all()
        for row in rows:
            now = time.time()
            message = {key: row[key] for key in ("id", "topic", "body", "headers")}
            message |= {"queue": "order-queue", "enqueued_at": now, "available_at": now, "deliveries": 0}
            async with broker.statements.connect() as connection:
                await connection.execute(insert(messages).values(message).on_conflict_do_nothing())
        async with database.statements.connect() as connection:
            await connection.execute(delete(outbox).where(outbox.c.seq.in_([row["seq"] for row in rows])))
