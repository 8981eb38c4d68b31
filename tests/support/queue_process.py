"""A process that works on a shared queue: `python -m tests.support.queue_process URL WHAT NAME COUNT`."""

import asyncio
import sys

from services.chassis.broker import ORDER_QUEUE, open_broker
from tests.support.broker import publish, taken
from tests.support.telemetry import telemetry

IDLE_S = 1.0


async def work(url: str, what: str, name: str, count: int) -> None:
    """Work, and write the ids taken, one a line.

    `publish`: `count` messages called after `name`. `consume`: take and acknowledge until none has come for a second.
    `hold`: take `count` messages and keep them until somebody ends the process.
    """
    async with open_broker(url, telemetry()) as queue:
        if what == "publish":
            await publish(queue, *(f"{name}-{number}" for number in range(count)))
        elif what == "hold":
            for _ in range(count):
                sys.stdout.write(f"{(await taken(queue)).message.id}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()
        else:
            while (delivery := await queue.receive(ORDER_QUEUE, IDLE_S)) is not None:
                sys.stdout.write(f"{delivery.message.id}\n")
                await queue.acknowledge(delivery)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
