"""A server of which a test decides every byte: for streaming, broken connections and what exactly was sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Script = Callable[["Exchange"], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass
class Exchange:
    """One request on a connection, its head already read."""

    head: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def path(self) -> str:
        """The request target."""
        return self.head.split(" ", 2)[1]

    @property
    def headers(self) -> dict[str, str]:
        """The headers, names in lower case."""
        pairs = (line.split(": ", 1) for line in self.head.split("\r\n")[1:] if line)
        return {name.lower(): value for name, value in pairs}

    async def chunk(self) -> bytes:
        """Read one chunk of a chunked body; empty at its end."""
        size = int((await self.reader.readline()).strip(), 16)
        return (await self.reader.readexactly(size + 2))[:-2]

    async def send(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Break the connection."""
        self.writer.transport.abort()


@dataclass
class RawBackend:
    """A server and what it saw."""

    script: Script
    healthy: bool = True
    requests: list[Exchange] = field(default_factory=list)
    probes: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen; on the same port again after a `stop`."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Die: stop listening and break every connection."""
        if self._server is not None:
            self._server.close()
            for writer in self._open:
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                await self._answer(Exchange(head.removesuffix("\r\n\r\n"), reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, exchange: Exchange) -> None:
        if exchange.path == "/ready":
            self.probes += 1
            status = b"200 OK" if self.healthy else b"503 Service Unavailable"
            await exchange.send(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n")
            return
        self.requests.append(exchange)
        await self.script(exchange)


async def says_ok(exchange: Exchange) -> None:
    """Answer every request with 200, its body read."""
    await exchange.reader.readexactly(int(exchange.headers.get("content-length", 0)))
    await exchange.send(OK)


@asynccontextmanager
async def raw_backend(script: Script = says_ok) -> AsyncIterator[RawBackend]:
    """Run a server that answers by `script`, and `/ready` by its `healthy`."""
    backend = RawBackend(script)
    await backend.start()
    try:
        yield backend
    finally:
        await backend.stop()
