"""Read-only access to every service's database, by URL."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from observability.impact.reading import READERS, Told
from observability.impact.snapshot import SEED, Snapshot

BUSY_S = 5.0


class Books:
    """The databases of a platform: `{"order": "sqlite:////abs/order.db", …}`.

    `seed` is what the inventory started with, by SKU: no database keeps that. The asynchronous driver that a service
    names in its URL is left out. `elsewhere` reads what is in no database, by name; it raises OSError when it cannot.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        seed: Mapping[str, int] | None = None,
        clock: Callable[[], float] = time.time,
        elsewhere: Mapping[str, Callable[[], Told]] | None = None,
    ) -> None:
        self._engines = {name: _engine(make_url(url)) for name, url in urls.items()}
        self._seed = seed
        self._clock = clock
        self._elsewhere = elsewhere or {}

    def look(self) -> Snapshot:
        """Read everything once. What cannot be read is missing; that raises nothing."""
        taken_at_s = self._clock()
        told: dict[str, Any] = {}
        missing = {} if self._seed else {SEED: "it is not known what the inventory started with"}
        waiting: dict[str, float] = {}
        for name, read in READERS.items():
            try:
                found = self._found(name, read)
            except KeyError:
                missing[name] = f"the database of {name} is not known"
            except (SQLAlchemyError, OSError) as error:
                missing[name] = f"the database of {name} cannot be read: {_reason(error)}"
            else:
                for order_id, since_s in found.pop("waiting", {}).items():
                    waiting[order_id] = min(since_s, waiting.get(order_id, since_s))
                told.update(found)
        return Snapshot(taken_at_s, missing, waiting=waiting, seed=self._seed or {}, **told)

    def _found(self, name: str, read: Callable[[Connection], Told]) -> Told:
        if name in self._elsewhere:
            return self._elsewhere[name]()
        with _reading(self._engines[name]) as connection:
            return read(connection)


@contextmanager
def _reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which everything is as of one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        yield connection


def _engine(url: URL) -> Engine:
    # A connection for each look: the files of a lab that is reset are others afterwards.
    if url.get_backend_name() == "sqlite":
        return create_engine("sqlite://", creator=lambda: _opened(url.database or ""), poolclass=NullPool)
    return create_engine(
        url.set(drivername=url.get_backend_name()),
        poolclass=NullPool,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
    )


def _opened(path: str) -> sqlite3.Connection:
    # Without a transaction control of its own, and without making a file that is not there.
    return sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None)


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
