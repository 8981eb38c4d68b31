"""A durable queue in RabbitMQ: publisher confirms, acknowledgements, dead letters, delays.

A message goes on by being published again, confirmed, and only then acknowledged: whoever dies in between leaves two
of it, never none.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import ClassVar, Self
from uuid import uuid4

import orjson
from aio_pika.abc import AbstractIncomingMessage

from services.chassis.broker import (
    LEASE_S,
    ROUTES,
    Broker,
    Delivery,
    Desk,
    Letter,
    Message,
    QueueDepth,
    parsed,
)
from services.chassis.errors import NeighbourUnavailable
from services.chassis.rabbit_ages import Ages
from services.chassis.rabbit_arrivals import arriving, give_back
from services.chassis.rabbit_link import ANSWER_S, Line, Link, told
from services.chassis.rabbit_messages import Posted, posted, read
from services.chassis.rabbit_topology import dead, held, wait_for, waits


@dataclass(frozen=True, slots=True)
class Held:
    """A message that somebody here works on; `mark` is the consumer that stands for it where these are counted."""

    mail: Posted
    incoming: AbstractIncomingMessage
    line: Line
    mark: str
    lease: asyncio.TimerHandle


class RabbitQueue(Broker):
    """`services.chassis.broker.Broker` on RabbitMQ; a lease lasts `lease_s` seconds.

    Everything raises `NeighbourUnavailable` while RabbitMQ is away, within seconds, and works again when it is back.
    """

    system: ClassVar[str] = "rabbitmq"

    def __init__(self, url: str, *, lease_s: float = LEASE_S) -> None:
        queues = sorted(set(ROUTES.values()))
        self._link = Link(url, queues)
        self._lease_s = lease_s
        self._held: dict[str, Held] = {}
        self._ages = {queue: Ages(time.time()) for queue in queues}
        self._lapsing: set[asyncio.Task[None]] = set()
        self._desk_turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        # Not connected here: a service whose broker is away starts, and says that it is not ready.
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self._held.values():
            one.lease.cancel()
        self._held.clear()
        await asyncio.gather(*self._lapsing, return_exceptions=True)
        await self._link.close()

    async def publish(self, message: Message) -> None:
        """Store `message` durably in the queue of its topic."""
        queue = ROUTES[message.topic]
        body = orjson.dumps(dict(message.body)).decode()
        async with self._link.line() as line:
            await line.send(posted(Letter(message.id, queue, message.topic, body, message.headers)), queue)

    async def receive(self, queue: str, wait_s: float) -> Delivery | None:
        """Take the next message, or return None when none has come within `wait_s` seconds."""
        deadline = time.monotonic() + wait_s
        async with self._link.line() as line:
            incoming = await self._next(line, queue, deadline)
            return None if incoming is None else await self._hold(line, read(incoming, queue), incoming)

    async def _next(self, line: Line, queue: str, deadline: float) -> AbstractIncomingMessage | None:
        source, asked_at = await line.queue(queue), time.time()
        incoming = await source.get(fail=False, timeout=ANSWER_S)
        if incoming is None:
            self._ages[queue].saw_none(asked_at)
            if (wait_s := deadline - time.monotonic()) > 0:
                incoming = await arriving(line, source, wait_s)
        return incoming

    async def _hold(self, line: Line, mail: Posted, incoming: AbstractIncomingMessage) -> Delivery:
        letter, receipt = mail.letter, uuid4().hex
        try:
            mark = await (await line.queue(held(letter.queue))).consume(_nothing, timeout=ANSWER_S)
        except BaseException:
            await give_back(incoming)
            raise
        lease = asyncio.get_running_loop().call_later(self._lease_s, self._lapse, receipt)
        self._held[receipt] = Held(mail, incoming, line, mark, lease)
        self._ages[letter.queue].took(letter.id, mail.due_at)
        message = Message(letter.id, letter.topic, parsed(letter.body), letter.headers)
        return Delivery(message, letter.queue, letter.deliveries + 1, receipt)

    async def acknowledge(self, delivery: Delivery) -> None:
        """Remove a message that has been dealt with; one whose lease went to another consumer stays."""
        async with self._settling(delivery):
            pass

    async def retry_later(self, delivery: Delivery, delay_s: float, *, count: bool = True) -> None:
        """Hand a message back for another delivery after `delay_s`; without `count` this attempt is forgotten."""
        async with self._settling(delivery) as mine:
            if mine is not None:
                deliveries = delivery.attempt if count else delivery.attempt - 1
                await self._send_on(mine.line, mine.mail, deliveries, delay_s)

    async def dead_letter(self, delivery: Delivery, reason: str) -> None:
        """Put a message aside for a person to look at."""
        async with self._settling(delivery) as mine:
            if mine is not None:
                letter = replace(mine.mail.letter, deliveries=delivery.attempt, reason=reason, dead_at=time.time())
                await mine.line.send(replace(mine.mail, letter=letter), dead(delivery.queue))

    async def _send_on(self, line: Line, mail: Posted, deliveries: int, delay_s: float = 0.0) -> None:
        letter = replace(mail.letter, deliveries=deliveries)
        on = posted(letter, mail.enqueued_at, delay_s)
        if delay_s > 0:
            await line.send(on, wait_for(letter.queue, delay_s), lives_s=delay_s)
        else:
            await line.send(on, letter.queue)
        self._ages[letter.queue].handed_back(letter.id, on.enqueued_at, on.due_at)

    @asynccontextmanager
    async def _settling(self, delivery: Delivery) -> AsyncIterator[Held | None]:
        """Do the last thing about a delivery; lend nothing when it is no longer ours."""
        mine = self._held.pop(delivery.receipt, None)
        try:
            async with self._link.line():
                if mine is None or not mine.line.is_open:
                    yield None
                    return
                yield mine
                mine.lease.cancel()
                await mine.incoming.ack()
                await self._unmark(mine)
        except BaseException:
            if mine is not None:
                await self._let_go(mine)
            raise

    def _lapse(self, receipt: str) -> None:
        if (mine := self._held.pop(receipt, None)) is not None:
            task = asyncio.create_task(self._let_go(mine))
            self._lapsing.add(task)
            task.add_done_callback(self._lapsing.discard)

    async def _let_go(self, mine: Held) -> None:
        """Give a message to whoever comes next; the attempt counts."""
        mine.lease.cancel()
        await give_back(mine.incoming)
        with suppress(NeighbourUnavailable), told():
            await self._unmark(mine)

    async def _unmark(self, mine: Held) -> None:
        marks = await mine.line.queue(held(mine.mail.letter.queue))
        await marks.cancel(mine.mark, timeout=ANSWER_S)

    def desk(self) -> Desk:
        """Return what lies under the hand of a person."""
        from services.chassis.rabbit_desk import RabbitDesk  # noqa: PLC0415 -- as the other one

        return RabbitDesk(self._link, self._desk_turn)

    async def depth(self, queue: str) -> QueueDepth:
        """Return how much waits in `queue`. Counted one after the other: what moves meanwhile may count twice."""
        async with self._link.line() as line:
            _, before = await line.looked(held(queue))
            waiting = sum([(await line.looked(name))[0] for name in waits(queue)])
            asked_at = time.time()
            takeable, _ = await line.looked(queue)
            _, after = await line.looked(held(queue))
            given_up, _ = await line.looked(dead(queue))
        if takeable == 0:
            self._ages[queue].saw_none(asked_at)
        ours = [one.mail.enqueued_at for one in self._held.values() if one.mail.letter.queue == queue]
        age_s = self._ages[queue].oldest_s(time.time(), ours, ready=takeable > 0)
        return QueueDepth(ready=takeable + waiting, leased=max(before, after), dead=given_up, oldest_age_s=age_s)


async def _nothing(_: AbstractIncomingMessage) -> None:
    """Hear of a message in a queue that nothing is put into."""
