"""The controller's end of the agents' channel: who is connected, and what goes to and fro."""

import asyncio
import socket
from time import monotonic
from typing import Protocol

from chaos.frames import MAX_LINE, Ack, Hello, Malformed, State, decode, encode
from chaos.replica import Replica

HELLO_S = 2.0
SILENCE_S = 2.0
"""A replica that has acknowledged nothing for this long is cut off; its lease is over by then."""


class Listener(Protocol):
    """Who decides what replicas are told."""

    def state_for(self, replica: Replica) -> State:
        """Return all that `replica` is to show."""

    def joined(self, replica: Replica, hello: Hello) -> None:
        """`replica` has connected; it has not been told anything yet."""

    def heard(self, replica: Replica) -> None:
        """`replica` has acknowledged; what it holds is noted in it."""


class Channel:
    """Accepts agents on a listening socket and keeps them told."""

    def __init__(self, key: bytes, listening: socket.socket, listener: Listener) -> None:
        self._key = key
        self._listening = listening
        self._listener = listener
        self._server: asyncio.Server | None = None
        self._replicas: dict[str, Replica] = {}
        self._departed: list[Replica] = []

    @property
    def port(self) -> int:
        """Port on which agents are accepted."""
        port: int = self._listening.getsockname()[1]
        return port

    @property
    def replicas(self) -> list[Replica]:
        """Everybody who is connected."""
        return list(self._replicas.values())

    def lagging(self, fault: str, mark: tuple[int, int]) -> list[Replica]:
        """Return who may still show `fault` as it was before `mark` (epoch, revision), those who left included."""
        # Whoever leaves clears its switches. Should it not have noticed that it left, it has until its lease ends.
        leases_ended = monotonic() - SILENCE_S
        self._departed = [replica for replica in self._departed if replica.heard_at > leases_ended]
        return [
            replica
            for replica in (*self._replicas.values(), *self._departed)
            if fault in replica.faults and replica.held < mark
        ]

    async def open(self) -> None:
        """Start to accept agents."""
        self._server = await asyncio.start_server(self._serve, sock=self._listening, limit=MAX_LINE)

    async def close(self) -> None:
        """Hang up on everybody, which turns everything off."""
        if self._server is not None:
            self._server.close()
        for replica in self.replicas:
            replica.cut()

    def tell_everybody(self) -> None:
        """Send every replica its state; cut off those that have been silent."""
        silent_since = monotonic() - SILENCE_S
        for replica in self.replicas:
            if replica.heard_at < silent_since:
                replica.cut()
            else:
                self._tell(replica)

    def _tell(self, replica: Replica) -> None:
        replica.writer.write(encode(self._listener.state_for(replica), self._key))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HELLO_S):
                hello = decode(await reader.readline(), self._key, Hello)
            if hello.session in self._replicas:
                raise Malformed("a session begins once")
            await self._follow(Replica.from_hello(hello, writer), hello, reader)
        except (OSError, ValueError):
            return  # Not one of ours, or gone: neither is worth a line in a log that trainees may read.
        finally:
            writer.transport.abort()

    async def _follow(self, replica: Replica, hello: Hello, reader: asyncio.StreamReader) -> None:
        self._replicas[replica.session] = replica
        try:
            self._listener.joined(replica, hello)
            self._tell(replica)
            while line := await reader.readline():
                ack = decode(line, self._key, Ack)
                if ack.session != replica.session:
                    raise Malformed("meant for another connection")
                replica.note(ack)
                self._listener.heard(replica)
        finally:
            del self._replicas[replica.session]
            self._departed.append(replica)
