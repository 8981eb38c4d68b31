"""A message is handled until it is done, waits when it has to, and is put aside when nobody can handle it."""

import asyncio
from collections.abc import Callable

from observability.wiring import messaging, vocabulary
from services.chassis import deadline
from services.chassis.broker import LEASE_S, ORDER_PLACED, ORDER_QUEUE, Broker, Delivery, Message
from services.chassis.consumer import Defer, Handler
from tests.support.broker import publish
from tests.support.brokers import Between, Brokers
from tests.support.consuming import consuming, emptied
from tests.support.polling import poll_until_async
from tests.support.telemetry import telemetry, value


def failing(times: int, seen: list[Delivery], error: Callable[[], Exception]) -> Handler:
    """Return a handler that fails on its first `times` deliveries."""

    async def handle(delivery: Delivery) -> None:
        seen.append(delivery)
        if len(seen) <= times:
            raise error()

    return handle


async def test_a_message_that_was_handled_does_not_come_again(queue: Broker) -> None:
    """It is acknowledged, and counted as done."""
    seen: list[Delivery] = []
    metrics = telemetry()
    await publish(queue, "m")
    async with consuming(queue, failing(0, seen, ValueError), metrics):
        await emptied(queue)
    assert [delivery.message.id for delivery in seen] == ["m"]
    assert value(metrics, vocabulary.MESSAGES_PROCESSED, ORDER_QUEUE, "done") == 1


async def test_a_failure_brings_the_message_back(queue: Broker) -> None:
    """With its attempts counted and measured, until it is handled."""
    seen: list[Delivery] = []
    metrics = telemetry()
    await publish(queue, "m")
    async with consuming(queue, failing(2, seen, ValueError), metrics):
        await emptied(queue)
    assert [delivery.attempt for delivery in seen] == [1, 2, 3]
    measured = f"{vocabulary.DELIVERY_ATTEMPTS.name}_sum"
    assert metrics.metrics.registry.get_sample_value(measured, {"queue": ORDER_QUEUE}) == 1 + 2 + 3
    assert (await queue.depth(ORDER_QUEUE)).dead == 0


async def test_a_message_that_nobody_can_handle_becomes_a_dead_letter(queue: Broker) -> None:
    """After bounded redelivery; what comes behind it is handled."""
    seen: list[Delivery] = []
    metrics = telemetry()
    await publish(queue, "poison")
    async with consuming(queue, failing(3, seen, lambda: KeyError("lines")), metrics, concurrency=1):

        async def given_up() -> bool:
            return (await queue.depth(ORDER_QUEUE)).dead == 1

        await poll_until_async(given_up, "the dead letter")
        await publish(queue, "good")
        await emptied(queue)
    assert [delivery.message.id for delivery in seen] == ["poison"] * 3 + ["good"]
    assert value(metrics, vocabulary.DEAD_LETTERS, ORDER_QUEUE) == 1


async def test_waiting_does_not_count_as_failing(queue: Broker) -> None:
    """A message may wait more often than it may fail."""
    seen: list[Delivery] = []
    await publish(queue, "m")
    async with consuming(queue, failing(10, seen, lambda: Defer(0.0, "the neighbour is down"))):
        await emptied(queue)
    assert [delivery.attempt for delivery in seen] == [1] * 11
    assert (await queue.depth(ORDER_QUEUE)).dead == 0


async def test_one_message_that_waits_does_not_hold_up_the_next(queue: Broker) -> None:
    """Its place is free while it waits."""
    handled = []

    async def handle(delivery: Delivery) -> None:
        if delivery.message.id == "waits":
            raise Defer(60.0, "not yet")
        handled.append(delivery.message.id)

    await publish(queue, "waits", "a", "b")
    async with consuming(queue, handle, concurrency=1):

        async def both() -> bool:
            return handled == ["a", "b"]

        await poll_until_async(both, "the other messages")


async def test_no_more_than_the_given_number_are_handled_at_once(queue: Broker) -> None:
    """And that many are."""
    under_way, most, go = 0, 0, asyncio.Event()

    async def handle(_: Delivery) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await go.wait()
        under_way -= 1

    await publish(queue, *(str(number) for number in range(8)))
    async with consuming(queue, handle, concurrency=3):

        async def busy() -> bool:
            return under_way == 3

        await poll_until_async(busy, "three at once")
        go.set()
        await emptied(queue)
    assert most == 3


async def test_a_handler_knows_how_long_it_may_take(queue: Broker) -> None:
    """Less than the lease, so that it does not work beside its successor."""
    left: list[float | None] = []

    async def handle(_: Delivery) -> None:
        left.append(deadline.remaining_s())

    await publish(queue, "m")
    async with consuming(queue, handle):
        await emptied(queue)
    assert left[0] is not None
    assert 0 < left[0] < LEASE_S


async def test_the_trace_of_the_sender_is_the_trace_of_the_handler(queue: Broker) -> None:
    """Its request id too."""
    metrics, headers, seen = telemetry(), dict[str, str](), []
    with messaging.producing(metrics, ORDER_QUEUE, "m", headers) as span:
        sent = f"{span.get_span_context().trace_id:032x}"

    async def handle(_: Delivery) -> None:
        seen.append(metrics.current_ids())

    await queue.publish(Message("m", ORDER_PLACED, {}, {**headers, "x-request-id": "r-17"}))
    async with consuming(queue, handle, metrics):
        await emptied(queue)
    assert (seen[0].trace_id, seen[0].request_id) == (sent, "r-17")


async def test_a_handler_that_dies_without_a_word_leaves_the_message_to_others(brokers: Brokers) -> None:
    """It comes again after its lease, and the consumer goes on."""
    seen: list[str] = []
    lost = asyncio.Event()

    async def handle(delivery: Delivery) -> None:
        seen.append(delivery.message.id)
        if len(seen) == 1:
            raise SystemError("gone") from None

    class LosesItsAnswer(Between):
        async def retry_later(self, delivery: Delivery, delay_s: float, *, count: bool = True) -> None:
            del delivery, delay_s, count
            lost.set()
            raise OSError("the broker is away")

    async with LosesItsAnswer(brokers(lease_s=1.0)) as broker:
        await publish(broker, "m")
        async with consuming(broker, handle):
            await asyncio.wait_for(lost.wait(), 60)
            assert seen == ["m"]
            await emptied(broker)
    assert seen == ["m", "m"]


async def test_a_broker_that_goes_away_is_waited_for(brokers: Brokers) -> None:
    """The consumer is still there when it is back."""
    handled: list[Delivery] = []

    class ComesAndGoes(Between):
        away = 3

        async def receive(self, queue: str, wait_s: float) -> Delivery | None:
            if self.away:
                self.away -= 1
                raise OSError("the broker is away")
            return await super().receive(queue, wait_s)

    async with ComesAndGoes(brokers()) as broker:
        await publish(broker, "m")
        async with consuming(broker, failing(0, handled, ValueError)):
            await emptied(broker)
    assert len(handled) == 1


async def test_the_depth_of_the_queue_is_measured(queue: Broker) -> None:
    """By state, with the age of the oldest message."""
    metrics = telemetry()
    await publish(queue, "a", "b")
    go = asyncio.Event()

    async def handle(_: Delivery) -> None:
        await go.wait()

    async with consuming(queue, handle, metrics, concurrency=1):

        async def measured() -> bool:
            return value(metrics, vocabulary.QUEUE_DEPTH, ORDER_QUEUE, "leased") == 1

        await poll_until_async(measured, "the measurement")
        assert value(metrics, vocabulary.QUEUE_DEPTH, ORDER_QUEUE, "ready") == 1
        assert value(metrics, vocabulary.QUEUE_OLDEST_AGE, ORDER_QUEUE) > 0
        go.set()
