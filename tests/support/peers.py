"""A server on a bare socket that a test holds in its hands, and the client's end of connections to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

WITHIN_S = 30.0


class Wire:
    """One end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, data: bytes) -> None:
        """Send."""
        self.writer.write(data)
        await asyncio.wait_for(self.writer.drain(), WITHIN_S)

    async def hear(self, size: int) -> bytes:
        """Return exactly so many bytes."""
        return await asyncio.wait_for(self.reader.readexactly(size), WITHIN_S)

    async def hear_all(self) -> bytes:
        """Return everything until the end of the stream. Raises ConnectionResetError when it ends with a reset."""
        return await asyncio.wait_for(self.reader.read(-1), WITHIN_S)

    def close(self) -> None:
        """Close."""
        self.writer.close()


class Server:
    """Accepts connections and does nothing by itself; with `echo`, says back what it hears."""

    def __init__(self, *, echo: bool = False, port: int = 0) -> None:
        self._echo = echo
        self._port = port
        self._accepted: asyncio.Queue[Wire] = asyncio.Queue()
        self._wires: list[Wire] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, backlog=1024)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.die()

    @property
    def address(self) -> str:
        """Return `host:port`."""
        return f"127.0.0.1:{self.port}"

    async def accepted(self) -> Wire:
        """Return the next connection that was made to it."""
        return await asyncio.wait_for(self._accepted.get(), WITHIN_S)

    def die(self) -> None:
        """Listen no more, and break off every connection."""
        self._server.close()
        for wire in self._wires:
            wire.writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = Wire(reader, writer)
        self._wires.append(wire)
        self._accepted.put_nowait(wire)
        with suppress(OSError):
            while self._echo and (data := await reader.read(1 << 16)):
                writer.write(data)
                await writer.drain()
        if self._echo:
            writer.close()


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Wire]:
    """Connect to `host:port`."""
    host, _, port = address.rpartition(":")
    wire = Wire(*await asyncio.wait_for(asyncio.open_connection(host, int(port)), WITHIN_S))
    try:
        yield wire
    finally:
        wire.writer.transport.abort()


async def refuses(address: str) -> bool:
    """Whether nobody listens there."""
    try:
        async with connected(address):
            return False
    except ConnectionRefusedError:
        return True
