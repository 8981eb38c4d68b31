"""Replicas of a service that send from one outbox in a SQLite file, where both may send the same."""

import asyncio
from pathlib import Path

from sqlalchemy import MetaData, func, select

from services.chassis.broker import Message
from services.chassis.database import Database
from services.chassis.outbox import OutboxRelay, add_to_outbox, outbox_table
from tests.support.back_ends import sqlite_url
from tests.support.broker import message, queue_in, taken_ids
from tests.support.brokers import Between
from tests.support.polling import poll_until_async
from tests.support.telemetry import telemetry

metadata = MetaData()
outbox = outbox_table(metadata)


class Hangs(Between):
    """Has the first message, and says so late."""

    def __init__(self, folder: Path) -> None:
        super().__init__(queue_in(folder))
        self.has_it, self.says_so = asyncio.Event(), asyncio.Event()

    async def publish(self, message: Message) -> None:
        """Store the message; answer when the test says."""
        await super().publish(message)
        self.has_it.set()
        await self.says_so.wait()


async def store(database: Database, name: str) -> None:
    """Commit a message."""
    async with database.begin() as connection:
        await add_to_outbox(connection, outbox, message(name))


async def empty(database: Database) -> None:
    """Wait until nothing is left to be sent."""

    async def so() -> bool:
        async with database.read() as connection:
            return (await connection.execute(select(func.count()).select_from(outbox))).scalar_one() == 0

    await poll_until_async(so, "the outbox to be empty")


async def test_what_is_stored_while_a_replica_sends_what_another_has_sent_is_told(tmp_path: Path) -> None:
    """SQLite gives the number of a row that is gone to the next one: it must not be taken for the one that was sent."""
    broker = Hangs(tmp_path)
    async with Database(sqlite_url(tmp_path, "own"), metadata, None, name="own") as database, broker:
        await store(database, "a")
        async with OutboxRelay(database, outbox, broker, telemetry()):
            await broker.has_it.wait()
            async with queue_in(tmp_path) as other, OutboxRelay(database, outbox, other, telemetry()):
                await empty(database)
            await store(database, "b")
            broker.says_so.set()
            await empty(database)
        assert await taken_ids(broker) == ["a", "b"]
