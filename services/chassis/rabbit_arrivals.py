"""Waiting for a message to come, and giving one back."""

import asyncio
from contextlib import suppress

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

from services.chassis.errors import NeighbourUnavailable
from services.chassis.rabbit_link import ANSWER_S, Line, told


async def arriving(line: Line, source: AbstractQueue, wait_s: float) -> AbstractIncomingMessage | None:
    """Return the next message of `source`, or None when none has come within `wait_s` seconds.

    A consumer is there for as long as somebody waits: what nobody waits for stays where others can take it.
    """
    arrival: asyncio.Future[AbstractIncomingMessage] = asyncio.get_running_loop().create_future()

    async def arrived(incoming: AbstractIncomingMessage) -> None:
        if arrival.done():
            await give_back(incoming)
        else:
            arrival.set_result(incoming)

    line.waiting.add(arrival)
    try:
        tag = await source.consume(arrived, timeout=ANSWER_S)
        await asyncio.wait({arrival}, timeout=wait_s)
        if line.is_open:
            await source.cancel(tag, timeout=ANSWER_S)
    except BaseException:
        if not arrival.cancel() and arrival.exception() is None:
            await give_back(arrival.result())
        raise
    finally:
        line.waiting.discard(arrival)
    return arrival.result() if arrival.done() else None


async def give_back(incoming: AbstractIncomingMessage) -> None:
    """Let somebody else have it; on a connection that is lost, somebody has."""
    with suppress(NeighbourUnavailable), told():
        await incoming.nack(requeue=True)
