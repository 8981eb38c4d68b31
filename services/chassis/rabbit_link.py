"""The connection to RabbitMQ: made when it is needed, made again when it is lost, never waited for without end."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from services.chassis.broker import LEASE_S
from services.chassis.errors import NeighbourUnavailable
from services.chassis.rabbit_messages import Posted, written
from services.chassis.rabbit_topology import declare
from services.chassis.statements import pass_actions

PEER = "message-broker"
CONNECT_S = 5.0
ANSWER_S = 5.0
PAUSES_S = (0.1, 3.0)
"""First and longest pause between attempts to connect; asked meanwhile, the link says at once that it is down."""
HEARTBEAT_S = int(LEASE_S / 3)
"""A process that stands still loses its connection, and with it what it holds, after two or three of these."""
AWAY = (*CONNECTION_EXCEPTIONS, TimeoutError)

log = structlog.get_logger()


@dataclass(eq=False)
class Line:
    """One connection with its channels. When any of them is lost, so is the line."""

    connection: AbstractConnection
    taking: AbstractChannel
    sending: AbstractChannel
    looking: AbstractChannel
    waiting: set["asyncio.Future[AbstractIncomingMessage]"] = field(default_factory=set)
    is_open: bool = True

    def lost(self, *_: object) -> None:
        """Hear that it is over."""
        self.is_open = False
        for arrival in self.waiting:
            if not arrival.done():
                arrival.set_exception(ConnectionError("the connection was lost"))

    async def close(self) -> None:
        """Hang up; what was held goes to others."""
        self.lost()
        with suppress(*AWAY):
            async with asyncio.timeout(ANSWER_S):
                await self.connection.close()

    async def send(self, mail: Posted, queue: str, *, lives_s: float | None = None) -> None:
        """Put a message into a queue; return when it is stored there."""
        message = written(mail, lives_s=lives_s)
        await self.sending.default_exchange.publish(message, queue, mandatory=True, timeout=ANSWER_S)

    async def looked(self, queue: str) -> tuple[int, int]:
        """Return how many messages can be taken from a queue, and how many consumers it has."""
        found = await self.looking.declare_queue(queue, passive=True, timeout=ANSWER_S)
        return found.declaration_result.message_count or 0, found.declaration_result.consumer_count or 0

    async def queue(self, name: str) -> AbstractQueue:
        """Return a queue, to take from it."""
        return await self.taking.get_queue(name, ensure=False)


@contextmanager
def told() -> Iterator[None]:
    """Raise `NeighbourUnavailable` for whatever the driver says when there is no connection."""
    try:
        yield
    except AWAY as error:
        raise NeighbourUnavailable(PEER, str(error) or type(error).__name__) from error
    except asyncio.CancelledError as error:
        # The driver cancels those who wait for an answer on a connection that is lost.
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise
        raise NeighbourUnavailable(PEER, "the connection was lost") from error


class Link:
    """Connections to one broker, one at a time."""

    def __init__(self, url: str, queues: Iterable[str]) -> None:
        self._url = url
        self._queues = tuple(queues)
        self._line: Line | None = None
        self._connecting = asyncio.Lock()
        self._failures = 0
        self._again_at = 0.0

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """Lend the connection for one operation.

        Raises `NeighbourUnavailable` when there is none, or when it is lost on the way.
        """
        with told():
            line = await self._open()
            await pass_actions("queue", line.close)
            yield line

    async def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            await self._line.close()

    async def _open(self) -> Line:
        async with self._connecting:
            if self._line is not None and self._line.is_open:
                return self._line
            if (left_s := self._again_at - time.monotonic()) > 0:
                raise ConnectionError(f"no connection; the next attempt is due in {left_s:.1f} s")
            if self._line is not None:
                await self._line.close()
            try:
                async with asyncio.timeout(CONNECT_S):
                    self._line = await self._connect()
            except BaseException:
                pause_s = min(PAUSES_S[0] * 2 ** min(self._failures, 16), PAUSES_S[1])
                self._failures, self._again_at = self._failures + 1, time.monotonic() + pause_s
                raise
            self._failures = 0
            return self._line

    async def _connect(self) -> Line:
        url = f"{self._url}{'&' if '?' in self._url else '?'}heartbeat={HEARTBEAT_S}"
        connection = await aio_pika.connect(url, timeout=CONNECT_S)
        try:
            taking = await connection.channel(publisher_confirms=False)
            # Nobody holds more than the message that it waits for: what is here is with a consumer, not in a buffer.
            await taking.set_qos(prefetch_count=1)
            sending = await connection.channel(on_return_raises=True)
            looking = await connection.channel(publisher_confirms=False)
            for queue in self._queues:
                await declare(looking, queue, CONNECT_S)
        except BaseException:
            with suppress(*AWAY):
                await connection.close()
            raise
        line = Line(connection, taking, sending, looking)
        for part in (connection, taking, sending, looking):
            part.close_callbacks.add(line.lost)
        log.info("queue.connected")
        return line
