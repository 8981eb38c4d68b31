"""PostgreSQL by psycopg: how long anybody waits, what its refusals mean, and how dead connections are found.

A pooled connection is not asked for a sign of life before each use: that would be a trip to the server per statement.
A server that goes away closes its sockets, and a closed socket is readable. So we look at the socket, which takes a
microsecond, and replace what is dead before anybody gets it. A server that vanishes without a word is noticed by TCP.
"""

import select
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import waiting
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis.errors import Busy, DatabaseUnavailable, ServiceError

CONNECT_S = 2
LOCK_S, STATEMENT_S, IDLE_S = 5, 10, 10
"""How long a statement waits for a lock, how long it takes in all, and how long a transaction may do nothing."""

SESSION = {
    "lock_timeout": f"{LOCK_S}s",
    "statement_timeout": f"{STATEMENT_S}s",
    # A replica that is paused in the middle of a transaction must not keep its locks.
    "idle_in_transaction_session_timeout": f"{IDLE_S}s",
    # What a caller gave up on ends soon after, instead of waiting for its lock.
    "client_connection_check_interval": "1s",
}
TCP = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}

AT_FAULT = {
    "40001": "Another transaction was faster; nothing was changed.",
    "40P01": "Two transactions waited for each other; nothing was changed.",
    "55P03": "Other transactions hold the database.",
    "57014": "The database took too long; nothing was changed.",
    "25P03": "The transaction was held up too long; nothing was changed.",
    "53300": "The database takes no more connections.",
}
"""SQLSTATE → what to tell the caller, who may try again."""
NOT_UP = (None, "57P01", "57P02", "57P03")
"""SQLSTATEs of a connection that was not made: nobody listens, or the server is about to stop or start."""


class Connection(psycopg.AsyncConnection[Any]):
    """Closes at once when the work on it is cancelled.

    psycopg asks the server to cancel the statement, and waits for that as long as for ten seconds.
    """

    async def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer of the server."""
        try:
            return await waiting.wait_async(gen, self.pgconn.socket, interval=interval, timeout=timeout)
        except Exception:
            raise
        except BaseException:
            self.pgconn.finish()
            raise


def arguments() -> Mapping[str, Any]:
    """Return what connections are made with, besides the URL."""
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    return {"async_creator_fn": Connection.connect, "connect_timeout": CONNECT_S, "options": options, **TCP}


def watch(engine: AsyncEngine) -> None:
    """Have dead connections replaced when they are about to be used."""
    event.listen(engine.sync_engine, "checkout", _ensure_alive)


def refusal(error: DBAPIError) -> ServiceError | None:
    """Return what to tell the caller whose statement failed with `error`, None when there is nothing better to say."""
    told = AT_FAULT.get(_state(error) or "")
    return None if told is None else Busy(told)


def unreachable(error: DBAPIError) -> ServiceError | None:
    """Return what to tell the caller for whom no connection could be made, None when that will not pass."""
    if _state(error) in NOT_UP:
        return DatabaseUnavailable("The database cannot be reached.")
    return refusal(error)


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _ensure_alive(_connection: object, record: Any, _proxy: object) -> None:
    link = record.driver_connection.pgconn
    if link.status != psycopg.pq.ConnStatus.OK or _has_news(link.socket):
        # If the server went away all the others are dead as well: they are replaced as they come along.
        raise InvalidatePoolError


def _has_news(socket: int) -> bool:
    """Say whether an idle server has said anything; farewells are what it says."""
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
