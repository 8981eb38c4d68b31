"""Where the services under test keep their data: in SQLite files, or in a PostgreSQL and a RabbitMQ of our own."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.pool import NullPool

from tests.support.postgres import Cluster
from tests.support.rabbitmq import Node


class BackEnd:
    """Hands out databases by folder and name; whoever asks again, as another process would, gets the same."""

    def __init__(self, cluster: Cluster | None, node: Node | None = None) -> None:
        self.cluster = cluster
        self._node = node
        self._rooms: dict[Path, str] = {}
        self._made: dict[tuple[Path, str], str] = {}
        self._numbers = count()

    def url(self, folder: Path, name: str) -> str:
        """Return where `name` is for tests that work in `folder`."""
        if self.cluster is None:
            return sqlite_url(folder, name)
        known = self._made.get((folder, name))
        if known is None:
            known = self._made[folder, name] = f"{name}_{next(self._numbers)}"
            self.cluster.run("CREATE DATABASE {name}", name=known)
        return self.cluster.url(known)

    def broker_url(self, folder: Path) -> str:
        """Return where the queue is for tests that work in `folder`: without a RabbitMQ in a file."""
        if self._node is None:
            return sqlite_url(folder, BROKER)
        if folder not in self._rooms:
            self._rooms[folder] = self._node.room()
        return self._rooms[folder]

    def copy(self, source: Path, folder: Path, name: str) -> None:
        """Make what the tests in `folder` call `name` like what those in `source` call so."""
        if self.cluster is None:
            folder.mkdir(exist_ok=True)
            shutil.copy(source / f"{name}.db", folder)
        else:
            known = self._made[folder, name] = f"{name}_{next(self._numbers)}"
            self.cluster.run("CREATE DATABASE {name} TEMPLATE {source}", name=known, source=self._made[source, name])

    def exists(self, folder: Path, name: str) -> bool:
        """Say whether anybody has asked for it."""
        return (folder / f"{name}.db").exists() if self.cluster is None else (folder, name) in self._made

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Drop what is asked for in the block at its end; files go with their folders."""
        kept, rooms = set(self._made), set(self._rooms)
        yield
        for asked in self._made.keys() - kept:
            self.drop(*asked)
            del self._made[asked]
        for folder in self._rooms.keys() - rooms:
            assert self._node is not None
            self._node.clear(self._rooms.pop(folder))

    def drop(self, folder: Path, name: str) -> None:
        """Remove a database, if it is still there."""
        if self.cluster is None:
            (folder / f"{name}.db").unlink()
        else:
            self.cluster.run("DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=self._made[folder, name])


BROKER = "broker"
"""A queue is no database on PostgreSQL: what is called so is a file."""
SQLITE = BackEnd(None)
_used: list[BackEnd] = [SQLITE]


@contextmanager
def using(back_end: BackEnd) -> Iterator[BackEnd]:
    """Have tests keep their data there."""
    _used.append(back_end)
    try:
        yield back_end
    finally:
        _used.remove(back_end)


def database_url(folder: Path, name: str) -> str:
    """Return where the service `name` of a test that works in `folder` keeps its data."""
    return _of(name).url(folder, name)


def broker_url(folder: Path) -> str:
    """Return where the queue is for tests that work in `folder`."""
    return _used[-1].broker_url(folder)


def passing() -> AbstractContextManager[None]:
    """Drop what is asked for in the block at its end."""
    return _used[-1].passing()


def copy_database(source: Path, folder: Path, name: str) -> None:
    """Make what the tests in `folder` call `name` like what those in `source` call so."""
    _of(name).copy(source, folder, name)


def has_database(folder: Path, name: str) -> bool:
    """Say whether there is such a database."""
    return _of(name).exists(folder, name)


def _of(name: str) -> BackEnd:
    return SQLITE if name == BROKER else _used[-1]


def sqlite_url(folder: Path, name: str) -> str:
    """Return where SQLite would keep it."""
    return f"sqlite+aiosqlite:///{folder}/{name}.db"


def plain_url(folder: Path, name: str) -> str:
    """Return `database_url` for programs that wait: without the asynchronous driver of SQLite."""
    url = make_url(database_url(folder, name))
    return url.set(drivername="sqlite" if url.get_backend_name() == "sqlite" else url.drivername).render_as_string()


def looking(folder: Path, name: str) -> Engine:
    """Return an engine for a look, or a change, behind the service's back."""
    url = plain_url(folder, name)
    waiting: dict[str, Any] = {"timeout": 60} if url.startswith("sqlite") else {}
    return create_engine(url, poolclass=NullPool, connect_args=waiting)
