"""SQLite as the platform uses it: WAL, the driver's transaction control off, BEGIN IMMEDIATE for what writes twice."""

from typing import Any, Self

from sqlalchemy import MetaData, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON")


class Bare:
    """An engine, and the same engine for single statements. Entering creates the tables."""

    def __init__(self, url: str, metadata: MetaData) -> None:
        self.transactions: AsyncEngine = create_async_engine(url, pool_size=5, max_overflow=0)
        self.statements = self.transactions.execution_options(single=True)
        self._metadata = metadata
        event.listen(self.transactions.sync_engine, "connect", _prepare)
        event.listen(self.transactions.sync_engine, "begin", _begin)

    async def __aenter__(self) -> Self:
        async with self.transactions.begin() as connection:
            await connection.run_sync(self._metadata.create_all)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.transactions.dispose()


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Any) -> None:
    if not connection.get_execution_options().get("single"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
