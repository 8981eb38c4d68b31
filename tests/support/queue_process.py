"""A process that works on a shared queue: `python -m tests.support.queue_process FOLDER publish|consume NAME COUNT`."""

import asyncio
import sys
from pathlib import Path

from services.chassis.broker import ORDER_QUEUE
from tests.support.broker import publish, queue_in

IDLE_S = 1.0


async def work(folder: Path, what: str, name: str, count: int) -> None:
    """Publish `count` messages, or take and acknowledge until none has come for a second; write the ids taken."""
    async with queue_in(folder) as queue:
        if what == "publish":
            await publish(queue, *(f"{name}-{number}" for number in range(count)))
            return
        while (delivery := await queue.receive(ORDER_QUEUE, IDLE_S)) is not None:
            sys.stdout.write(f"{delivery.message.id}\n")
            await queue.acknowledge(delivery)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
