"""A queue of a test's own."""

import sqlite3
from contextlib import closing
from pathlib import Path

from services.chassis.broker import ORDER_PLACED, ORDER_QUEUE, Broker, Delivery, Message
from services.chassis.sqlite_queue import SqliteQueue


def queue_in(folder: Path, *, lease_s: float = 30.0) -> SqliteQueue:
    """Return the queue whose file is in `folder`; every call stands for another process."""
    return SqliteQueue(f"sqlite+aiosqlite:///{folder}/broker.db", lease_s=lease_s)


def message(name: str, **body: object) -> Message:
    """Return a message with the id `name`."""
    return Message(name, ORDER_PLACED, body)


async def publish(broker: Broker, *names: str) -> None:
    """Publish messages one after the other."""
    for name in names:
        await broker.publish(message(name))


async def taken(broker: Broker) -> Delivery:
    """Return the next delivery, which must be there."""
    delivery = await broker.receive(ORDER_QUEUE, 0.0)
    assert delivery is not None
    return delivery


async def taken_ids(broker: Broker) -> list[str]:
    """Take everything that can be taken; return the ids in order."""
    ids = []
    while (delivery := await broker.receive(ORDER_QUEUE, 0.0)) is not None:
        ids.append(delivery.message.id)
    return ids


def let_time_pass(folder: Path, seconds: float) -> None:
    """Have messages that wait for their time, or are held, seem to have done so `seconds` longer."""
    with closing(sqlite3.connect(folder / "broker.db", timeout=60)) as connection, connection:
        connection.execute("UPDATE messages SET available_at = available_at - ?", [seconds])


def let_leases_expire(folder: Path) -> None:
    """Let the time of every delivery run out, as if its consumer had died long ago."""
    with closing(sqlite3.connect(folder / "broker.db", timeout=60)) as connection, connection:
        connection.execute("UPDATE messages SET available_at = 0 WHERE receipt IS NOT NULL")
