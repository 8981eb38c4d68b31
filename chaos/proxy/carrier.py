"""One proxy: listens on one address, and carries every connection to another."""

import asyncio
from collections.abc import Iterator
from random import Random
from typing import Any

from chaos.proxy import addresses
from chaos.proxy.applied import Applied, Direction
from chaos.proxy.connection import Connection, Side
from chaos.proxy.errors import Refused, cannot_listen, toxic_exists, toxic_not_found
from chaos.proxy.log import log

BACKLOG = 1024
DIRECTIONS: tuple[Direction, Direction] = ("upstream", "downstream")


class Carrier:
    """A proxy in Toxiproxy's sense, called otherwise because of all the other proxies."""

    def __init__(self, name: str, listen: str, upstream: str, random: Random) -> None:
        self.name = name
        self.listen = listen
        self.upstream = upstream
        self.is_enabled = False
        self.connections: set[Connection] = set()
        self._chains: dict[Direction, list[Applied]] = {direction: [] for direction in DIRECTIONS}
        self._random = random
        self._server: asyncio.Server | None = None

    def toxics(self) -> Iterator[Applied]:
        """Yield all toxics: upstream first, in the order in which they were added."""
        for direction in DIRECTIONS:
            yield from self._chains[direction]

    def as_json(self) -> dict[str, Any]:
        """Return it as the API tells it."""
        return {
            "name": self.name,
            "listen": self.listen,
            "upstream": self.upstream,
            "enabled": self.is_enabled,
            "toxics": [applied.as_json() for applied in self.toxics()],
        }

    async def start(self) -> None:
        """Begin to listen, unless it does. Raises Refused."""
        if not self.is_enabled:
            await self.open()
            self.is_enabled = True
            log.info("proxy.started", proxy=self.name, listen=self.listen, upstream=self.upstream)

    def stop(self) -> None:
        """Refuse connections from now on, and break off those that there are."""
        if self.is_enabled:
            self.is_enabled = False
            self.close()
            for connection in list(self.connections):
                connection.abort()
            log.info("proxy.stopped", proxy=self.name)

    def differs(self, listen: str, upstream: str) -> bool:
        """Whether it would listen, or carry, elsewhere. Raises Refused."""
        return addresses.written(*addresses.parsed(listen)) != self.listen or upstream != self.upstream

    async def update(self, listen: str, upstream: str, *, enabled: bool) -> None:
        """Listen or carry elsewhere, begin or stop. Raises Refused."""
        if self.differs(listen, upstream):
            self.stop()
            self.listen, self.upstream = listen, upstream
        if not enabled:
            self.stop()
        else:
            await self.start()

    def find(self, name: str) -> Applied:
        """Return the toxic of that name. Raises Refused."""
        for applied in self.toxics():
            if applied.name == name:
                return applied
        raise toxic_not_found()

    def add(self, applied: Applied) -> None:
        """Put a toxic at the end of its chain, on every connection. Raises Refused when the name is taken."""
        if any(other.name == applied.name for other in self.toxics()):
            raise toxic_exists()
        self._chains[applied.direction].append(applied)
        for connection in list(self.connections):
            if connection.is_linked:
                connection.links[applied.direction].add(applied)
        log.info("toxic.added", proxy=self.name, toxic=applied.as_json())

    def changed(self, applied: Applied) -> None:
        """Have every connection go on with what a toxic has become."""
        for connection in list(self.connections):
            connection.links[applied.direction].update(applied)
        log.info("toxic.changed", proxy=self.name, toxic=applied.as_json())

    def remove(self, applied: Applied) -> None:
        """Take a toxic away from every connection."""
        self._chains[applied.direction].remove(applied)
        for connection in list(self.connections):
            connection.links[applied.direction].remove(applied)
        log.info("toxic.removed", proxy=self.name, toxic=applied.name)

    async def open(self) -> None:
        """Listen. Raises Refused."""
        host, port = addresses.parsed(self.listen)
        try:
            self._server = await asyncio.get_running_loop().create_server(
                self._accept, host or None, port, backlog=BACKLOG
            )
        except OSError as error:
            raise cannot_listen(self.listen, error) from error
        host, port = self._server.sockets[0].getsockname()[:2]
        self.listen = addresses.written(host, port)

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _accept(self) -> Side:
        connection = Connection(self._target(), self._chains, self._random, self.connections.discard)
        self.connections.add(connection)
        return connection.client

    def _target(self) -> addresses.Address:
        try:
            return addresses.parsed(self.upstream)
        except Refused:
            return "", 0
