"""A durable queue in a SQLite file, shared by processes: leases, acknowledgements, dead letters.

Every operation is one statement, hence atomic. `available_at` is both the time before which a message may not be
taken and, once taken, the end of its lease.
"""

import asyncio
import time
from types import TracebackType
from typing import Any, ClassVar, Self
from uuid import uuid4

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    func,
    select,
)

from observability.wiring import Telemetry
from services.chassis.broker import LEASE_S, ROUTES, Broker, Delivery, Desk, Message, QueueDepth, parsed
from services.chassis.database import Database, insert_once

POLL_S = (0.02, 0.2)
"""Shortest and longest pause between two looks at an empty queue: SQLite cannot wake another process."""

metadata = MetaData()
messages = Table(
    "messages",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("queue", String(64), nullable=False),
    Column("topic", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("enqueued_at", Float, nullable=False),
    Column("available_at", Float, nullable=False),
    Column("deliveries", Integer, nullable=False),
    Column("receipt", String(32)),
    Index("messages_by_availability", "queue", "available_at"),
)
dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("queue", String(64), nullable=False),
    Column("topic", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("deliveries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("dead_at", Float, nullable=False),
)


class SqliteQueue(Broker):
    """`services.chassis.broker.Broker` on a SQLite file; a lease lasts `lease_s` seconds."""

    system: ClassVar[str] = "sqlite"

    def __init__(self, url: str, telemetry: Telemetry | None = None, *, lease_s: float = LEASE_S) -> None:
        del telemetry  # the queue's spans are made where messages are sent and handled; its polling would be noise
        self._database = Database(url, metadata, None, name="message-broker", pool_size=4, store="queue")
        self._lease_s = lease_s

    async def __aenter__(self) -> Self:
        await self._database.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._database.__aexit__(kind, error, trace)

    async def publish(self, message: Message) -> None:
        """Store `message` durably in the queue of its topic."""
        now = time.time()
        row = {
            "id": message.id,
            "queue": ROUTES[message.topic],
            "topic": message.topic,
            "body": orjson.dumps(dict(message.body)).decode(),
            "headers": orjson.dumps(dict(message.headers)).decode(),
            "enqueued_at": now,
            "available_at": now,
            "deliveries": 0,
        }
        async with self._database.autocommit() as connection:
            await insert_once(connection, messages, row)

    async def receive(self, queue: str, wait_s: float) -> Delivery | None:
        """Take the next message, or return None when none has come within `wait_s` seconds."""
        deadline, pause = time.monotonic() + wait_s, POLL_S[0]
        while (delivery := await self._take(queue)) is None:
            # Looking before taking: an attempt to take would lock out whoever publishes, many times a second.
            while not await self._something_is_due(queue):
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                await asyncio.sleep(min(pause, left))
                pause = min(pause * 1.5, POLL_S[1])
        return delivery

    async def _something_is_due(self, queue: str) -> bool:
        async with self._database.read() as connection:
            return (await connection.execute(_upcoming(queue, time.time()))).first() is not None

    async def _take(self, queue: str) -> Delivery | None:
        now, receipt = time.time(), uuid4().hex
        take = (
            messages.update()
            .where(messages.c.seq == _upcoming(queue, now).scalar_subquery())
            .values(available_at=now + self._lease_s, receipt=receipt, deliveries=messages.c.deliveries + 1)
            .returning(messages)
        )
        async with self._database.autocommit() as connection:
            row = (await connection.execute(take)).one_or_none()
        return None if row is None else _delivery(row)

    async def acknowledge(self, delivery: Delivery) -> None:
        """Remove a message that has been dealt with; one whose lease went to another consumer stays."""
        async with self._database.autocommit() as connection:
            await connection.execute(messages.delete().where(_held_by(delivery)))

    async def retry_later(self, delivery: Delivery, delay_s: float, *, count: bool = True) -> None:
        """Hand a message back for another delivery after `delay_s`; without `count` this attempt is forgotten."""
        deliveries = delivery.attempt if count else delivery.attempt - 1
        hand_back = (
            messages.update()
            .where(_held_by(delivery))
            .values(available_at=time.time() + delay_s, receipt=None, deliveries=deliveries)
        )
        async with self._database.autocommit() as connection:
            await connection.execute(hand_back)

    async def dead_letter(self, delivery: Delivery, reason: str) -> None:
        """Put a message aside for a person to look at."""
        async with self._database.begin() as connection:
            taken = await connection.execute(messages.delete().where(_held_by(delivery)).returning(messages))
            row = taken.mappings().one_or_none()
            if row is not None:
                kept = {key: row[key] for key in ("id", "queue", "topic", "body", "headers", "deliveries")}
                await insert_once(connection, dead_letters, {**kept, "reason": reason, "dead_at": time.time()})

    def desk(self) -> Desk:
        """Return what lies under the hand of a person."""
        from services.chassis.sqlite_desk import SqliteDesk  # noqa: PLC0415 -- it needs our tables

        return SqliteDesk(self._database)

    async def depth(self, queue: str) -> QueueDepth:
        """Return how much waits in `queue`."""
        now = time.time()
        with_consumers = func.count().filter(messages.c.receipt.is_not(None), messages.c.available_at > now)
        waiting = select(func.count(), with_consumers, func.min(messages.c.enqueued_at)).where(
            messages.c.queue == queue
        )
        given_up = select(func.count()).select_from(dead_letters).where(dead_letters.c.queue == queue)
        async with self._database.read() as connection:
            total, leased, oldest = (await connection.execute(waiting)).one()
            dead = (await connection.execute(given_up)).scalar_one()
        age_s = 0.0 if oldest is None else max(0.0, now - oldest)
        return QueueDepth(ready=total - leased, leased=leased, dead=dead, oldest_age_s=age_s)


def _upcoming(queue: str, now: float) -> Select[int]:
    return (
        select(messages.c.seq)
        .where(messages.c.queue == queue, messages.c.available_at <= now)
        .order_by(messages.c.available_at, messages.c.seq)
        .limit(1)
    )


def _held_by(delivery: Delivery) -> ColumnElement[bool]:
    return and_(messages.c.id == delivery.message.id, messages.c.receipt == delivery.receipt)


def _delivery(row: Row[Any]) -> Delivery:
    message = Message(row.id, row.topic, parsed(row.body), parsed(row.headers))
    return Delivery(message, row.queue, row.deliveries, row.receipt)
