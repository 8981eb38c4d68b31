"""What we declare in RabbitMQ. Every replica says the same whenever it connects, so it may be said at any time.

For a queue `Q`: `Q` itself; `Q.dead`, an exchange and a queue of what was given up; a ladder of queues `Q.wait.N`,
where a message waits for its time and falls back into `Q`; and `Q.held`, which stays empty: it has a consumer for
every message that somebody works on, so that these can be counted.
"""

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, HeadersType

LADDER_S = (0.1, 0.25, 1.0, 3.0, 10.0, 30.0, 120.0, 3600.0)
"""A message that has to wait joins the lowest of these that is no shorter.

Only the first of a queue falls out of it, at its own time: behind one that waits longer, it waits up to that long.
"""
WAITS = tuple(f"wait.{rung_s * 1000:.0f}" for rung_s in LADDER_S)
CLASSIC: HeadersType = {"x-queue-type": "classic"}
QUORUM: HeadersType = {
    # It counts how often a message was taken in vain, and forgets what falls out only once it is stored elsewhere;
    # a classic queue does neither.
    "x-queue-type": "quorum",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
    "x-delivery-limit": 1000,  # RabbitMQ 4 would give up after 20; it is the consumer that does
}


def dead(queue: str) -> str:
    """Return the name of the exchange and the queue for what was given up."""
    return f"{queue}.dead"


def held(queue: str) -> str:
    """Return the name of the queue whose consumers are counted."""
    return f"{queue}.held"


def waits(queue: str) -> list[str]:
    """Return the names of the queues for what waits for its time, shortest first."""
    return [f"{queue}.{wait}" for wait in WAITS]


def wait_for(queue: str, delay_s: float) -> str:
    """Return where a message of `queue` waits that long."""
    fitting = (wait for rung_s, wait in zip(LADDER_S, WAITS, strict=True) if delay_s <= rung_s)
    return f"{queue}.{next(fitting, WAITS[-1])}"


async def declare(channel: AbstractChannel, queue: str, within_s: float) -> None:
    """Make sure that all of it is there."""
    given_up = await channel.declare_exchange(dead(queue), ExchangeType.FANOUT, durable=True, timeout=within_s)
    letters = await channel.declare_queue(dead(queue), durable=True, arguments=CLASSIC, timeout=within_s)
    await letters.bind(given_up, timeout=within_s)
    await channel.declare_queue(held(queue), durable=True, arguments=CLASSIC, timeout=within_s)
    ours: HeadersType = {**QUORUM, "x-dead-letter-exchange": dead(queue)}
    await channel.declare_queue(queue, durable=True, arguments=ours, timeout=within_s)
    falling: HeadersType = {**QUORUM, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue}
    for name in waits(queue):
        await channel.declare_queue(name, durable=True, arguments=falling, timeout=within_s)
