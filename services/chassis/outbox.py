"""The transactional outbox: a message is stored in the same transaction as the fact it tells, and sent afterwards.

A process that dies in between sends it when it is back; one that dies between sending and forgetting sends it twice.
Of several replicas on PostgreSQL each sends what no other is sending; on SQLite two may send the same.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import orjson
from sqlalchemy import Column, Float, Integer, MetaData, Row, String, Table, Text, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from observability.wiring import Telemetry, messaging, vocabulary
from services.chassis.broker import ROUTES, Broker, Message
from services.chassis.database import Database
from services.chassis.periodic import Periodic

BATCH = 50
HOLD_S = 2.0
"""After how long a batch ends early, so that what the broker has is forgotten: PostgreSQL ends who idles for long."""
IDLE_S = 0.5
"""How long a message can wait that the relay was not told of: one left by a process that died."""


def outbox_table(metadata: MetaData) -> Table:
    """Add the table `outbox` to a service's own tables."""
    return Table(
        "outbox",
        metadata,
        Column("seq", Integer, primary_key=True, autoincrement=True),
        Column("id", String(64), nullable=False, unique=True),
        Column("topic", String(64), nullable=False),
        Column("body", Text, nullable=False),
        Column("headers", Text, nullable=False),
        Column("stored_at", Float, nullable=False),
    )


async def add_to_outbox(connection: AsyncConnection, outbox: Table, message: Message) -> None:
    """Store `message`, with the context of the present request, in the caller's transaction."""
    headers = dict(message.headers)
    messaging.inject_context(headers)
    row = {
        "id": message.id,
        "topic": message.topic,
        "body": orjson.dumps(dict(message.body)).decode(),
        "headers": orjson.dumps(headers).decode(),
        "stored_at": time.time(),
    }
    await connection.execute(outbox.insert(), row)


class OutboxRelay:
    """Sends what the outbox holds, in order, and forgets it once the broker has it."""

    def __init__(self, database: Database, outbox: Table, broker: Broker, telemetry: Telemetry) -> None:
        self._database = database
        # While the broker takes its time, requests must have all the connections that they were promised.
        self._sending = database.beside()
        self._outbox = outbox
        self._broker = broker
        pending = select(func.count()).select_from(outbox.alias()).scalar_subquery().label("pending")
        self._upcoming = (
            select(outbox, pending)
            .order_by(outbox.c.seq)
            .limit(BATCH)
            .with_for_update(of=outbox, skip_locked=True)  # SQLite has no such thing and leaves it out
        )
        self._telemetry = telemetry
        self._published = telemetry.metrics.counter(vocabulary.MESSAGES_PUBLISHED)
        self._pending = telemetry.metrics.gauge(vocabulary.OUTBOX_PENDING)
        self._oldest_age = telemetry.metrics.gauge(vocabulary.OUTBOX_OLDEST_AGE)
        # Untraced: each message continues the trace of the request that stored it.
        self._rounds = Periodic("outbox.relay", IDLE_S, self._send_all, telemetry, traced=False)

    async def __aenter__(self) -> Self:
        await self._rounds.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._rounds.__aexit__(kind, error, trace)
        if self._sending is not self._database:
            await self._sending.__aexit__(kind, error, trace)

    def poke(self) -> None:
        """Tell the relay that a message was committed."""
        self._rounds.poke()

    async def _send_all(self) -> None:
        while await self._send_next():
            pass

    async def _send_next(self) -> bool:
        """Send and forget the next messages; say whether there may be more. Raises what the broker raises."""
        if self._database.is_sqlite:
            # Nobody else could write in a transaction that lasts until the broker has answered.
            async with self._database.read() as connection:
                rows = (await connection.execute(self._upcoming)).all()
            sent, failure = await self._send_batch(rows, self._database.autocommit)
        else:
            async with self._sending.begin() as connection:
                rows = (await connection.execute(self._upcoming)).all()
                sent, failure = await self._send_batch(rows, lambda: nullcontext(connection))
        self._pending.dec(sent)
        if failure is not None:
            raise failure
        return sent == BATCH or sent < len(rows)

    async def _send_batch(
        self, rows: Sequence[Row[Any]], forgetting: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    ) -> tuple[int, Exception | None]:
        """Send rows and forget what was sent; return how many, and what went wrong, so that it takes nothing back."""
        self._pending.set(rows[0].pending if rows else 0)
        self._oldest_age.set(time.time() - rows[0].stored_at if rows else 0.0)
        sent: list[str] = []
        give_way_at = time.monotonic() + HOLD_S
        try:
            for row in rows:
                await self._send(Message(row.id, row.topic, orjson.loads(row.body), orjson.loads(row.headers)))
                sent.append(row.id)
                if time.monotonic() >= give_way_at:
                    break
        except Exception as error:  # noqa: BLE001 -- raised again when what was sent is forgotten
            return len(sent), error
        finally:
            # When the broker goes away half-way, what it has already is not sent again. Not by `seq`: another replica
            # may have forgotten it meanwhile, and SQLite gives the number of a row that is gone to the next.
            if sent:
                async with forgetting() as connection:
                    await connection.execute(delete(self._outbox).where(self._outbox.c.id.in_(sent)))
        return len(sent), None

    async def _send(self, message: Message) -> None:
        headers = dict(message.headers)
        queue = ROUTES[message.topic]
        with messaging.producing(self._telemetry, queue, message.id, headers, system=self._broker.system):
            await self._broker.publish(replace(message, headers=headers))
        self._published.labels(message.topic).inc()
