"""One broker of each kind, and what a test may put between it and those who use it."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from services.chassis.broker import Broker, Delivery, Desk, Message, QueueDepth
from services.chassis.sqlite_queue import SqliteQueue

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Brokers:
    """One broker that is empty at first; every call stands for another process that uses it."""

    url: str

    def __call__(self, *, lease_s: float = 30.0) -> Broker:
        """Return a way to it."""
        if self.url.startswith("sqlite"):
            return SqliteQueue(self.url, lease_s=lease_s)
        from services.chassis.rabbit_queue import RabbitQueue  # noqa: PLC0415 -- most tests do without

        return RabbitQueue(self.url, lease_s=lease_s)

    async def process(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start a real process: `tests.support.queue_process`."""
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.queue_process", self.url, *arguments,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip


class Between(Broker):
    """Passes everything on to `inner`; a test overrides what shall be otherwise."""

    system: ClassVar[str] = "tested"

    def __init__(self, inner: Broker) -> None:
        self.inner = inner

    async def __aenter__(self) -> Self:
        await self.inner.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.inner.__aexit__(kind, error, trace)

    async def publish(self, message: Message) -> None:
        """Pass it on."""
        await self.inner.publish(message)

    async def receive(self, queue: str, wait_s: float) -> Delivery | None:
        """Pass it on."""
        return await self.inner.receive(queue, wait_s)

    async def acknowledge(self, delivery: Delivery) -> None:
        """Pass it on."""
        await self.inner.acknowledge(delivery)

    async def retry_later(self, delivery: Delivery, delay_s: float, *, count: bool = True) -> None:
        """Pass it on."""
        await self.inner.retry_later(delivery, delay_s, count=count)

    async def dead_letter(self, delivery: Delivery, reason: str) -> None:
        """Pass it on."""
        await self.inner.dead_letter(delivery, reason)

    async def depth(self, queue: str) -> QueueDepth:
        """Pass it on."""
        return await self.inner.depth(queue)

    def desk(self) -> Desk:
        """Pass it on."""
        return self.inner.desk()
