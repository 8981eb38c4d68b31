"""One connection: a client's socket, a server's socket, and the two links between them."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import cast

from chaos.proxy.applied import Applied, Direction
from chaos.proxy.link import Link

NO_LINGER = struct.pack("ii", 1, 0)
"""A socket that is closed with this on sends RST."""
Address = tuple[str, int]
Gone = Callable[["Connection"], None]


class Side(asyncio.Protocol):
    """One of the two sockets."""

    transport: asyncio.Transport
    out: Link
    """Carries away what is read here."""
    into: Link
    """Brings what is written here."""

    def __init__(self, connection: "Connection") -> None:
        self.is_full = False
        self.is_open = False
        self._connection = connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Have a socket."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are no subclass of it
        self.is_open = True
        self._connection.opened(self)

    def data_received(self, data: bytes) -> None:
        """Pass on."""
        self.out.received(data)

    def eof_received(self) -> bool:
        """Pass the end of this direction on; the other stays open."""
        self.out.ended(cut=False)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the socket is gone."""
        self.is_open = False
        self._connection.lost(self, exc)

    def pause_writing(self) -> None:
        """Have enough for now."""
        self.is_full = True
        self.into.flow_changed()

    def resume_writing(self) -> None:
        """Have room again."""
        self.is_full = False
        self.into.flow_changed()

    def pause(self) -> None:
        """Read no more for now."""
        if self.is_open and not self.transport.is_closing():
            self.transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self.is_open and not self.transport.is_closing():
            self.transport.resume_reading()

    def write(self, data: bytes) -> None:
        """Send, or let it be when there is nobody any more."""
        if self.is_open:
            self.transport.write(data)

    def close_half(self) -> None:
        """Send nothing more, when what was written has been sent."""
        if self.is_open and not self.transport.is_closing():
            self.transport.write_eof()

    def close(self) -> None:
        """Close, when what was written has been sent."""
        if self.is_open:
            self.transport.close()

    def reset(self) -> None:
        """Close with RST."""
        if self.is_open:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            self.transport.abort()


class Connection:
    """Made for a client that connects; dials the server, and lives until both are gone."""

    def __init__(
        self,
        upstream: Address,
        chains: Mapping[Direction, Iterable[Applied]],
        random: Random,
        gone: Gone,
    ) -> None:
        self.client, self.server = Side(self), Side(self)
        up = Link(self.client, self.server, self._finished, self.reset, random)
        down = Link(self.server, self.client, self._finished, self.reset, random)
        self.client.out = self.server.into = up
        self.server.out = self.client.into = down
        self.links: dict[Direction, Link] = {"upstream": up, "downstream": down}
        self._upstream = upstream
        self._chains = chains
        self._gone = gone
        self._dialling: asyncio.Task[None] | None = None
        self.is_linked = False

    def opened(self, side: Side) -> None:
        """Have one of the sockets. What the client sends before the server is there waits in the link."""
        if side is self.client:
            self._dialling = asyncio.get_running_loop().create_task(self._dial())

    def lost(self, side: Side, error: Exception | None) -> None:
        """Have one socket less; see that the other hears of it."""
        other = self.server if side is self.client else self.client
        side.into.sink_lost()
        if not self.is_linked or not other.is_open:
            self._end()
        elif isinstance(error, ConnectionResetError) and not side.out.is_spoilt:
            other.reset()
        else:
            side.out.ended(cut=True)

    def abort(self) -> None:
        """Close both at once."""
        for side in (self.client, self.server):
            if side.is_open:
                side.transport.abort()
        self._end()

    def reset(self) -> None:
        """Close both with RST."""
        self.client.reset()
        self.server.reset()
        self._end()

    async def _dial(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self.server, *self._upstream)
        except OSError:
            self.client.close()
            return
        if not self.client.is_open:
            self.server.transport.abort()
            return
        self.is_linked = True
        for direction, link in self.links.items():
            link.start(self._chains[direction])

    def _finished(self, link: Link) -> None:
        """Pass the end on to where a link ends: of this direction only, unless it is cut or the other is over too."""
        if link.is_cut:
            link.sink.close()
        elif all(each.has_finished for each in self.links.values()):
            self.client.close()
            self.server.close()
        else:
            link.sink.close_half()

    def _end(self) -> None:
        if self._dialling is not None and not self.is_linked:
            self._dialling.cancel()
        for link in self.links.values():
            link.stop()
        self._gone(self)
