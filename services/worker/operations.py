"""What the worker does with a message.

A message may come again after any of its steps, and one about a cancellation may overtake the one about the order. So
every step is idempotent where it is done, and each neighbour refuses what comes after it was undone.
"""

import random

import structlog

from observability.wiring import Telemetry, vocabulary
from services.chassis.broker import ORDER_CANCELLED, ORDER_PLACED, Delivery
from services.chassis.clock import Clock
from services.chassis.consumer import Defer
from services.chassis.errors import Busy, DeadlineExceeded, NeighbourUnavailable
from services.worker.clients import Books, Captured, Money, Orders, Reserved, Stock
from services.worker.domain import OrderEvent, Settlement, patience_s
from services.worker.faults.requeues_forever import each_on_its_own
from services.worker.schemas import OrderEvent as EventBody

AWAY = (NeighbourUnavailable, Busy, DeadlineExceeded)
"""The message cannot help it: it waits."""

log = structlog.get_logger()


class UnknownTopic(Exception):
    """Nobody here knows what to do with a message of this topic."""


class Fulfilment:
    """Carries orders out and undoes them. Waits between `shortest_s` and `longest_s` for what is down."""

    def __init__(
        self,
        stock: Stock,
        money: Money,
        books: Books,
        orders: Orders,
        telemetry: Telemetry,
        clock: Clock,
        *,
        shortest_s: float,
        longest_s: float,
    ) -> None:
        self._stock = stock
        self._money = money
        self._books = books
        self._orders = orders
        self._clock = clock
        self._shortest_s = shortest_s
        self._longest_s = longest_s
        self._notifications = telemetry.metrics.counter(vocabulary.NOTIFICATIONS)
        self._handlers = {ORDER_PLACED: self._carry_out, ORDER_CANCELLED: self._undo}

    async def handle(self, delivery: Delivery) -> None:
        """Deal with one message. Raises `Defer` while it has to wait, and anything else when it cannot be handled."""
        await each_on_its_own.behaviour(delivery, self._deal_with)

    async def _deal_with(self, delivery: Delivery) -> None:
        handler = self._handlers.get(delivery.message.topic)
        if handler is None:
            raise UnknownTopic(delivery.message.topic)
        event = EventBody.model_validate(delivery.message.body).event()
        log.info(
            "event.received",
            order_id=event.order_id,
            event_id=event.event_id,
            topic=delivery.message.topic,
            attempt=delivery.attempt,
        )
        try:
            await handler(event)
        except AWAY as error:
            raise self._wait(event, error.detail) from error

    async def _carry_out(self, event: OrderEvent) -> None:
        if event.needs_review and not await self._reserve_late(event):
            return
        match await self._money.capture(event):
            case Captured.PENDING:
                raise self._wait(event, "The card network cannot be reached; payment is pending.")
            case Captured.DECLINED:
                await self._settle(event, Settlement.DECLINED)
                return
            case Captured.CANCELLED | Captured.REFUNDED:
                self._stop(event, "its payment was undone")
                return
        await self._books.post(event)
        if await self._stock.commit(event.order_id):
            await self._settle(event, Settlement.PAID)
        else:
            self._stop(event, "its stock was given back")

    async def _reserve_late(self, event: OrderEvent) -> bool:
        reserved = await self._stock.reserve(event)
        if reserved is Reserved.OUT_OF_STOCK:
            await self._settle(event, Settlement.OUT_OF_STOCK)
        elif reserved is Reserved.RELEASED:
            self._stop(event, "its stock was given back")
        return reserved is Reserved.HELD

    async def _undo(self, event: OrderEvent) -> None:
        away: Exception | None = None
        # What can be undone now does not wait for what cannot.
        for undo in (self._return_money, self._return_goods, self._credit):
            try:
                await undo(event)
            except AWAY as error:
                away = error
        if away is not None:
            raise away
        self._notify(event, "cancelled")

    async def _return_money(self, event: OrderEvent) -> None:
        await self._money.give_back(event.order_id)

    async def _return_goods(self, event: OrderEvent) -> None:
        await self._stock.release(event.order_id)

    async def _credit(self, event: OrderEvent) -> None:
        if event.was_priced:
            await self._books.post(event)

    async def _settle(self, event: OrderEvent, settlement: Settlement) -> None:
        status = await self._orders.settle(event.order_id, settlement)
        log.info("order.settled", order_id=event.order_id, outcome=settlement.value, status=status)
        if settlement is Settlement.PAID:
            self._notify(event, status)

    def _stop(self, event: OrderEvent, reason: str) -> None:
        log.info("order.overtaken", order_id=event.order_id, reason=reason)

    def _notify(self, event: OrderEvent, outcome: str) -> None:
        self._notifications.labels(outcome).inc()
        log.info("customer.notified", order_id=event.order_id, customer_id=event.customer_id, outcome=outcome)

    def _wait(self, event: OrderEvent, reason: str) -> Defer:
        waited_s = (self._clock.now() - event.occurred_at).total_seconds()
        delay_s = patience_s(waited_s, self._shortest_s, self._longest_s)
        log.info("order.waits", order_id=event.order_id, reason=reason, delay_s=round(delay_s, 3))
        # Spread, so that what waited for the same outage does not come back in one moment.
        return Defer(delay_s * random.uniform(0.8, 1.2), reason)  # noqa: S311 -- jitter
