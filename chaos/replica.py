"""A process of the platform, as the controller knows it: one connection of one agent."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from chaos.frames import Ack, Hello


@dataclass(eq=False)
class Replica:
    """One connected agent. Monotonic times are the controller's own unless a name says otherwise."""

    session: str
    instance: str
    service: str
    pid: int
    faults: frozenset[str]
    writer: asyncio.StreamWriter
    heard_at: float
    heard_us: int
    """The replica's own monotonic clock in the last frame that came from it."""
    connected_at: float
    held: tuple[int, int]
    """Epoch and revision that it last acknowledged."""

    @classmethod
    def from_hello(cls, hello: Hello, writer: asyncio.StreamWriter) -> "Replica":
        """Return the replica that says `hello` on the connection behind `writer`."""
        connection = writer.get_extra_info("socket")
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        now = monotonic()
        return cls(
            session=hello.session,
            instance=hello.instance,
            service=hello.service,
            pid=hello.pid,
            faults=frozenset(fault.name for fault in hello.faults),
            writer=writer,
            heard_at=now,
            heard_us=hello.mono_us,
            connected_at=now,
            held=(hello.epoch, 0),
        )

    def note(self, ack: Ack) -> None:
        """Remember what the replica holds."""
        self.held = (ack.epoch, ack.rev)
        self.heard_us = ack.mono_us
        self.heard_at = monotonic()

    def cut(self) -> None:
        """End the connection without waiting for what was still to be sent."""
        self.writer.transport.abort()
