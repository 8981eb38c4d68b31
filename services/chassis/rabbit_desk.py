"""The queue in RabbitMQ, as it lies before a person: dead letters and single messages.

There is no looking into a queue: a walk takes messages out, at most `LONGEST_WALK`, and puts them back in their order.
Whoever is killed on the way loses none: what was taken and not acknowledged goes back by itself.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue

from services.chassis.broker import ROUTES, Letter
from services.chassis.rabbit_link import ANSWER_S, Line, Link
from services.chassis.rabbit_messages import Posted, posted, read
from services.chassis.rabbit_topology import dead, waits

LONGEST_WALK = 10_000
SENT_AT_ONCE = 200
PAUSE_S = 1.0
"""When no more have come for so long, somebody else has them."""
QUEUES = sorted(set(ROUTES.values()))

Found = list[tuple[AbstractIncomingMessage, Posted]]


class RabbitDesk:
    """`services.chassis.broker.Desk` on the connection of a `RabbitQueue`."""

    def __init__(self, link: Link, turn: asyncio.Lock) -> None:
        self._link = link
        self._turn = turn

    async def dead_letters(self, queue: str, limit: int) -> list[Letter]:
        """Return what was put aside, latest first."""
        async with self._line() as line, _walk(line, dead(queue), queue) as found:
            letters = {mail.letter.id: mail.letter for _, mail in reversed(found)}
        return sorted(letters.values(), key=lambda letter: letter.dead_at, reverse=True)[:limit]

    async def dead_letter(self, letter_id: str) -> Letter | None:
        """Return one dead letter."""
        async with self._line() as line:
            for queue in QUEUES:
                async with _walk(line, dead(queue), queue) as found:
                    for _, mail in found:
                        if mail.letter.id == letter_id:
                            return mail.letter
        return None

    async def replay(self, letter_id: str) -> Letter | None:
        """Put a dead letter back into its queue, as if it had never been delivered; return it."""
        async with self._line() as line:
            return await self._take_away(line, letter_id, replayed=True)

    async def discard(self, letter_id: str) -> Letter | None:
        """Remove a dead letter; return it."""
        async with self._line() as line:
            return await self._take_away(line, letter_id, replayed=False)

    async def put_aside(self, letter: Letter) -> None:
        """Store a dead letter. Whatever of its id waits in the queue and is with no consumer goes."""
        async with self._line() as line:
            async with _walk(line, dead(letter.queue), letter.queue) as found:
                if letter.id not in [mail.letter.id for _, mail in found]:
                    await line.send(posted(letter), dead(letter.queue))
            await _remove_waiting(line, letter.queue, letter.id)

    async def put(self, letter: Letter) -> None:
        """Store a message in its queue."""
        async with self._line() as line:
            await line.send(posted(_as_new(letter)), letter.queue)

    async def withdraw(self, message_id: str) -> bool:
        """Remove a message that is with no consumer, or was put aside; say whether there was one."""
        async with self._line() as line:
            waited = [await _remove_waiting(line, queue, message_id) for queue in QUEUES]
            return any([await self._take_away(line, message_id, replayed=False) is not None, *waited])

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Line]:
        # One walk at a time: during it, nobody else finds what it has in its hands.
        async with self._turn, self._link.line() as line:
            yield line

    async def _take_away(self, line: Line, letter_id: str, *, replayed: bool) -> Letter | None:
        for queue in QUEUES:
            async with _walk(line, dead(queue), queue) as found:
                ours = [(incoming, mail.letter) for incoming, mail in found if mail.letter.id == letter_id]
                if ours:
                    if replayed:
                        await line.send(posted(_as_new(ours[0][1])), queue)
                    for incoming, _ in ours:
                        await incoming.ack()
                    return ours[0][1]
        return None


@asynccontextmanager
async def _walk(line: Line, name: str, queue: str) -> AsyncIterator[Found]:
    """Hold everything that is in the queue `name`; what the block neither acknowledges nor strikes out goes back."""
    # Closing a channel gives back what it holds, whatever happened.
    async with await line.connection.channel(publisher_confirms=False) as channel:
        found = [(incoming, read(incoming, queue)) for incoming in await _emptied(channel, name)]
        yield found
        if left := [incoming for incoming, _ in found if not incoming.processed]:
            await left[-1].nack(multiple=True, requeue=True)
        # The answer comes after all that was said before has been done.
        await channel.declare_queue(name, passive=True, timeout=ANSWER_S)


async def _emptied(channel: AbstractChannel, name: str) -> list[AbstractIncomingMessage]:
    source = await channel.declare_queue(name, passive=True, timeout=ANSWER_S)
    crowd = min(source.declaration_result.message_count or 0, LONGEST_WALK)
    # A queue writes down whom it gave a message before it is asked for the next: a crowd is taken together.
    taken = await _crowd(channel, source, crowd) if crowd > 1 else []
    while len(taken) < LONGEST_WALK and (incoming := await source.get(fail=False, timeout=ANSWER_S)) is not None:
        taken.append(incoming)
    return taken


async def _crowd(channel: AbstractChannel, source: AbstractQueue, crowd: int) -> list[AbstractIncomingMessage]:
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    await channel.set_qos(prefetch_count=crowd, timeout=ANSWER_S)
    ours = await source.consume(arrived.put, timeout=ANSWER_S)
    taken: list[AbstractIncomingMessage] = []
    with suppress(TimeoutError):
        while len(taken) < crowd:
            taken.append(await asyncio.wait_for(arrived.get(), PAUSE_S))
    # What was on its way until this is answered has arrived, too.
    await source.cancel(ours, timeout=ANSWER_S)
    while not arrived.empty():
        taken.append(arrived.get_nowait())
    return taken


async def _remove_waiting(line: Line, queue: str, message_id: str) -> bool:
    removed = False
    for name in (*waits(queue), queue):
        async with _walk(line, name, queue) as found:
            # What goes back here would look as if its consumer had died, and be counted: it is published again instead.
            kept = [mail for _, mail in found if mail.letter.id != message_id]
            removed = removed or len(kept) < len(found)
            for first in range(0, len(kept), SENT_AT_ONCE):
                # In their order, and stored together: the disk is waited for once.
                some = kept[first : first + SENT_AT_ONCE]
                await asyncio.gather(*(line.send(mail, name, lives_s=_left_s(mail, name)) for mail in some))
            if found:
                await found[-1][0].ack(multiple=True)
                found.clear()
    return removed


def _left_s(mail: Posted, name: str) -> float | None:
    return None if name == mail.letter.queue else max(0.0, mail.due_at - time.time())


def _as_new(letter: Letter) -> Letter:
    return Letter(letter.id, letter.queue, letter.topic, letter.body, letter.headers)
