"""A customer's orders, from a replica of the database once it has replayed that customer's last write.

Every change that a customer makes counts up a number of theirs in the same transaction. A replica that shows the
number which the primary shows has the change. Nothing is kept in a process: any replica of this service may write, die
or read.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import cache

import structlog
from sqlalchemy import Executable, bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from observability.wiring import Telemetry, vocabulary
from services.chassis.database import Database, insertion_into
from services.chassis.errors import ServiceError
from services.order.domain import Order
from services.order.tables import last_writes

REPLICA_S = 0.5
"""How long a replica may take to answer."""
REST_S = 5.0
"""How long a replica that did not answer is left alone."""

Page = tuple[list[Order], int | None]
"""Orders, and what to pass as `before` for the next ones; None: there are none."""
Read = Callable[[AsyncConnection, str, int, int | None], Awaitable[Page]]
"""Reads a page, given a customer, how many orders at most, and before which number."""
log = structlog.get_logger()

_VERSION = select(last_writes.c.version).where(last_writes.c.customer_id == bindparam("customer"))


class History:
    """Reads orders by customer; `replica` is a copy of `database` that may be late, or away."""

    def __init__(self, database: Database, replica: Database | None, telemetry: Telemetry) -> None:
        self._database = database
        self._replica = replica
        # On PostgreSQL also without a replica: another process of this service may have been told of one.
        self._counts = replica is not None or not database.is_sqlite
        self._reads = telemetry.metrics.counter(vocabulary.ORDER_HISTORY_READS)
        self._rests_until = 0.0

    async def written(self, connection: AsyncConnection, customer_id: str) -> None:
        """Say, at the end of a transaction, that it is a change by this customer."""
        if self._counts:
            await connection.execute(_counting(connection.dialect.name), {"customer_id": customer_id, "version": 1})

    async def page(self, read: Read, customer_id: str, limit: int, before: int | None) -> Page:
        """Return up to `limit` orders of a customer, latest first, as `read` finds them in whichever has them all."""
        reason = "no_replica"
        if self._replica is not None:
            reason = "no_answer"
            if time.monotonic() >= self._rests_until:
                page = await self._asked(self._replica, read, customer_id, limit, before)
                if isinstance(page, tuple):
                    self._reads.labels("replica", "caught_up").inc()
                    return page
                reason = page
        self._reads.labels("primary", reason).inc()
        async with self._database.read() as connection:
            return await read(connection, customer_id, limit, before)

    async def _asked(
        self, replica: Database, read: Read, customer_id: str, limit: int, before: int | None
    ) -> Page | str:
        """Return the page as the replica has it, or why that will not do."""
        async with self._database.read() as connection:
            last_write = await _version(connection, customer_id)
        try:
            async with asyncio.timeout(REPLICA_S), replica.read() as connection:
                if await _version(connection, customer_id) < last_write:
                    return "behind"
                return await read(connection, customer_id, limit, before)
        except (ServiceError, SQLAlchemyError, TimeoutError) as error:
            self._rests_until = time.monotonic() + REST_S
            log.warning("history.replica_away", problem=str(error) or type(error).__name__)
            return "no_answer"


async def _version(connection: AsyncConnection, customer_id: str) -> int:
    return (await connection.execute(_VERSION, {"customer": customer_id})).scalar_one_or_none() or 0


@cache
def _counting(dialect: str) -> Executable:
    counting = insertion_into(dialect, last_writes)
    return counting.on_conflict_do_update(
        index_elements=[last_writes.c.customer_id], set_={"version": last_writes.c.version + 1}
    ).inline()
