"""Handling messages: bounded concurrency, bounded redelivery with back-off, dead letters, metrics and spans."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import structlog

from observability.wiring import Telemetry, messaging, vocabulary
from services.chassis import deadline
from services.chassis.broker import LEASE_S, Broker, Delivery
from services.chassis.periodic import Periodic
from services.chassis.slots import Slots

log = structlog.get_logger()

WAIT_S = 0.5
"""How long one look at the queue lasts, and with it the stop of an idle consumer."""
STOP_S = 3.0
"""How long work under way may take to finish when the consumer stops; then it is handed back."""

Handler = Callable[[Delivery], Awaitable[None]]


class Defer(Exception):
    """Raised by a handler whose message has to wait; the attempt does not count."""

    def __init__(self, delay_s: float, reason: str) -> None:
        super().__init__(reason)
        self.delay_s = delay_s


class Consumer:
    """Hands the messages of one queue to `handler`, `concurrency` at a time.

    An error hands the message back with exponential back-off until `max_deliveries`; then it becomes a dead letter.
    """

    def __init__(
        self,
        broker: Broker,
        queue: str,
        handler: Handler,
        telemetry: Telemetry,
        *,
        concurrency: int = 4,
        max_deliveries: int = 6,
        backoff_s: float = 0.25,
    ) -> None:
        self._broker = broker
        self._queue = queue
        self._handler = handler
        self._telemetry = telemetry
        self._max_deliveries = max_deliveries
        self._backoff_s = backoff_s
        self._slots = Slots(concurrency)
        self._handling: set[asyncio.Task[None]] = set()
        self._receiving: asyncio.Task[None] | None = None
        self._stopping = False
        self._going = asyncio.Event()
        self._going.set()
        self._taking = False
        self._processed = telemetry.metrics.counter(vocabulary.MESSAGES_PROCESSED)
        self._duration = telemetry.metrics.histogram(vocabulary.MESSAGE_DURATION).labels(queue)
        self._attempts = telemetry.metrics.histogram(vocabulary.DELIVERY_ATTEMPTS).labels(queue)
        self._dead = telemetry.metrics.counter(vocabulary.DEAD_LETTERS).labels(queue)
        self._depth = telemetry.metrics.gauge(vocabulary.QUEUE_DEPTH)
        self._oldest = telemetry.metrics.gauge(vocabulary.QUEUE_OLDEST_AGE)
        self._measuring = Periodic("queue.depth", 1.0, self._measure, telemetry, traced=False)

    async def __aenter__(self) -> Self:
        self._receiving = asyncio.create_task(self._receive(), name=f"consume {self._queue}")
        await self._measuring.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._measuring.__aexit__(kind, error, trace)
        # A message that is being taken at this moment is still handled: dropped, it would be nobody's until its lease
        # runs out.
        self._stopping = True
        self._going.set()
        self._slots.release()
        if self._receiving is not None:
            await asyncio.gather(self._receiving, return_exceptions=True)
        if self._handling:
            _, late = await asyncio.wait(self._handling, timeout=STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @property
    def under_way(self) -> int:
        """Messages that are being handled, or may be in a moment although the consumer is paused."""
        return len(self._handling) + (self._taking and not self._going.is_set())

    def pause(self) -> None:
        """Take no further message; those that are being handled are finished."""
        self._going.clear()

    def resume(self) -> None:
        """Take messages again."""
        self._going.set()

    def adjust(
        self, concurrency: int | None = None, max_deliveries: int | None = None, backoff_s: float | None = None
    ) -> None:
        """Go on with what is given; the rest stays."""
        if concurrency is not None:
            self._slots.resize(concurrency)
        self._max_deliveries = max_deliveries or self._max_deliveries
        self._backoff_s = backoff_s or self._backoff_s

    async def _receive(self) -> None:
        while True:
            await self._slots.acquire()
            await self._going.wait()
            if self._stopping:
                return
            self._taking = True
            try:
                delivery = await self._broker.receive(self._queue, wait_s=WAIT_S)
            except Exception as error:  # noqa: BLE001 -- the broker may come back; the consumer must still be there
                log.warning("queue.unavailable", queue=self._queue, problem=str(error))
                delivery = None
                await asyncio.sleep(self._backoff_s)
            except BaseException:
                self._slots.release()
                raise
            finally:
                self._taking = False
            if delivery is None:
                self._slots.release()
            else:
                task = asyncio.create_task(self._handle(delivery))
                self._handling.add(task)
                task.add_done_callback(self._handled)

    def _handled(self, task: asyncio.Task[None]) -> None:
        self._handling.discard(task)
        self._slots.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            # The lease runs out and the message comes again.
            log.warning("message.unsettled", queue=self._queue, problem=str(error))

    async def _handle(self, delivery: Delivery) -> None:
        message = delivery.message
        self._attempts.observe(delivery.attempt)
        # A handler that outlives its lease would work beside the next one.
        with (
            messaging.consuming(
                self._telemetry,
                delivery.queue,
                message.id,
                message.headers,
                attempt=delivery.attempt,
                system=self._broker.system,
            ),
            self._duration.time(),
            deadline.within(LEASE_S * 0.8),
        ):
            outcome = await self._settle(delivery)
        self._processed.labels(self._queue, outcome).inc()

    async def _settle(self, delivery: Delivery) -> str:
        message = delivery.message
        try:
            await self._handler(delivery)
        except Defer as wait:
            log.info("message.deferred", message_id=message.id, topic=message.topic, reason=str(wait))
            await self._broker.retry_later(delivery, wait.delay_s, count=False)
            return "deferred"
        except asyncio.CancelledError:
            await self._broker.retry_later(delivery, 0.0, count=False)
            raise
        except Exception as error:  # noqa: BLE001 -- whatever it is, the message goes back or aside
            return await self._failed(delivery, error)
        await self._broker.acknowledge(delivery)
        return "done"

    async def _failed(self, delivery: Delivery, error: Exception) -> str:
        fields = {"message_id": delivery.message.id, "topic": delivery.message.topic, "attempt": delivery.attempt}
        problem = f"{type(error).__name__}: {error}"
        messaging.mark_failed(error)
        if delivery.attempt >= self._max_deliveries:
            log.error("message.dead_lettered", **fields, problem=problem)
            await self._broker.dead_letter(delivery, problem)
            self._dead.inc()
            return "dead"
        delay_s = self._backoff_s * 2 ** (delivery.attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 -- jitter
        log.warning("message.retried", **fields, problem=problem, delay_s=round(delay_s, 3))
        await self._broker.retry_later(delivery, delay_s)
        return "retried"

    async def _measure(self) -> None:
        depth = await self._broker.depth(self._queue)
        self._depth.labels(self._queue, "ready").set(depth.ready)
        self._depth.labels(self._queue, "leased").set(depth.leased)
        self._depth.labels(self._queue, "dead").set(depth.dead)
        self._oldest.labels(self._queue).set(depth.oldest_age_s)
