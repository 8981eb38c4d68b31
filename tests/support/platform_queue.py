"""The queue of a platform under test, as a test looks at it and reaches into it, whichever broker has it."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from services.chassis.broker import ORDER_QUEUE, Delivery, Letter
from services.chassis.sqlite_queue import SqliteQueue
from tests.support.back_ends import BROKER, broker_url, sqlite_url
from tests.support.broker import let_leases_expire
from tests.support.brokers import Brokers
from tests.support.consuming import LOOKS
from tests.support.polling import poll_until_async

MOST = 1000


class PlatformQueue:
    """The queue of the platform in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.url = broker_url(folder)
        self._folder = folder
        self.is_in_a_file = self.url == sqlite_url(folder, BROKER)
        self.broker = Brokers(self.url)()

    async def __aenter__(self) -> Self:
        await self.broker.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.broker.__aexit__(kind, error, trace)

    async def count(self) -> int:
        """Return how many messages wait or are with somebody."""
        # RabbitMQ counts one thing after the other, and a message may move meanwhile.
        for _ in range(1 if self.is_in_a_file else LOOKS):
            depth = await self.broker.depth(ORDER_QUEUE)
            if depth.ready + depth.leased:
                return depth.ready + depth.leased
        return 0

    async def holds(self, count: int) -> None:
        """Wait until there are so many."""

        async def so_many() -> bool:
            return await self.count() == count

        await poll_until_async(so_many, f"{count} messages in the queue")

    async def take(self) -> list[Delivery]:
        """Take everything that can be taken, as a consumer does."""
        found = []
        while (delivery := await self.broker.receive(ORDER_QUEUE, 0.0)) is not None:
            found.append(delivery)
        return found

    async def give_back(self, deliveries: Iterable[Delivery]) -> None:
        """Put back what was taken, as if it had not been."""
        for delivery in deliveries:
            await self.broker.retry_later(delivery, 0.0, count=False)

    async def dead_letters(self) -> list[Letter]:
        """Return what was put aside."""
        return await self.broker.desk().dead_letters(ORDER_QUEUE, MOST)

    def outlive(self) -> None:
        """Have what a dead consumer held go to others: on RabbitMQ it has, with its connection."""
        if self.is_in_a_file:
            let_leases_expire(self._folder)

    async def show_the_judge(self) -> None:
        """Copy what is in the queue to where a judge looks, who reads databases only."""
        if self.is_in_a_file:
            return
        (self._folder / f"{BROKER}.db").unlink(missing_ok=True)
        async with SqliteQueue(sqlite_url(self._folder, BROKER)) as copy:
            waiting = await self.take()
            for delivery in waiting:
                await copy.publish(delivery.message)
            await self.give_back(waiting)
            for letter in await self.dead_letters():
                await copy.desk().put_aside(letter)
