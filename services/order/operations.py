"""What the order service can be asked to do."""

from collections.abc import Collection
from dataclasses import replace

from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.errors import NotFound
from services.chassis.outbox import OutboxRelay, add_to_outbox
from services.order import events, storage
from services.order.checkout import Checkout, as_placed
from services.order.domain import ACCEPTED, CANCELLABLE, SETTLED, Order, Settlement, Status, Wanted
from services.order.errors import Abandoned, InProgress, NotCancellable, OutOfStock, PaymentDeclined, UnknownSku
from services.order.faults.n_plus_one import read_together
from services.order.history import History
from services.order.measures import Measures
from services.order.tables import outbox

REFUSALS = {error.code: error for error in (OutOfStock, UnknownSku)}


class Orders:
    """Takes, shows, cancels and settles orders."""

    def __init__(
        self,
        database: Database,
        history: History,
        relay: OutboxRelay,
        checkout: Checkout,
        measures: Measures,
        clock: Clock,
    ) -> None:
        self._database = database
        self._history = history
        self._relay = relay
        self._checkout = checkout
        self._measures = measures
        self._clock = clock

    async def place(self, wanted: Wanted, key: str | None) -> Order:
        """Return the accepted order, as it was when it was accepted.

        Raises `PaymentDeclined`, `OutOfStock`, `UnknownSku`, `KeyReused`, `InProgress` and `Abandoned`; and the
        `Neighbour…` errors, after which the same request may be repeated with the same key.
        """
        order = await self._checkout.place(wanted, key)
        match order.placed_as:
            case Status.DECLINED:
                raise PaymentDeclined("The card was declined; nothing was charged.", order_id=order.order_id)
            case Status.ABANDONED:
                detail = "This order was given up before it was complete and nothing is charged; order again."
                raise Abandoned(detail, order_id=order.order_id)
            case None:
                raise InProgress("This order is being placed; ask again in a moment.", order_id=order.order_id)
        if order.refusal is not None:
            raise REFUSALS[order.refusal.code](order.refusal.detail, **order.refusal.members)
        return as_placed(order)

    async def order(self, order_id: str) -> Order:
        """Return an order. Raises `NotFound`."""
        async with self._database.read() as connection:
            order = await storage.find(connection, order_id)
        if order is None:
            raise NotFound(f"There is no order {order_id}.")
        return order

    async def history(self, customer_id: str, limit: int, before: int | None) -> tuple[list[Order], str | None]:
        """Return a customer's orders, latest first, and what to pass as `before` for the next page (None: no more)."""
        orders, next_before = await self._history.page(read_together.behaviour, customer_id, limit, before)
        return orders, None if next_before is None else str(next_before)

    async def cancel(self, order_id: str) -> Order:
        """Cancel an accepted order, or return a fulfilled one. Raises `NotFound`, `InProgress`, `NotCancellable`."""
        order = await self._move(order_id, CANCELLABLE, Status.CANCELLED)
        if order.status is Status.PLACING:
            raise InProgress("This order is being placed; cancel it in a moment.", order_id=order_id)
        if order.status is not Status.CANCELLED:
            raise NotCancellable(f"This order is {order.status}; there is nothing to cancel.", order_id=order_id)
        return order

    async def settle(self, order_id: str, settlement: Settlement) -> Order:
        """Store how carrying out an accepted order ended; an order that has moved on stays as it is.

        Raises `NotFound`, `InProgress`.
        """
        order = await self._move(order_id, ACCEPTED, SETTLED[settlement])
        if order.status is Status.PLACING:
            raise InProgress("This order is being placed; settle it in a moment.", order_id=order_id)
        return order

    async def _move(self, order_id: str, sources: Collection[Status], target: Status) -> Order:
        """Return the order, moved to `target` if its status was one of `sources`."""
        while True:
            order = await self.order(order_id)
            if order.status not in sources:
                return order
            moved = replace(order, status=target)
            if await self._store_move(order, moved):
                if target is not Status.FULFILLED:
                    self._relay.poke()
                self._measures.moved(moved, order.status)
                return moved
            # Another change came first. Statuses only move forward, so this ends.

    async def _store_move(self, order: Order, moved: Order) -> bool:
        if moved.status is Status.FULFILLED:
            async with self._database.autocommit() as connection:
                return await storage.move(connection, order.order_id, order.status, moved.status)
        async with self._database.begin() as connection:
            if not await storage.move(connection, order.order_id, order.status, moved.status):
                return False
            await add_to_outbox(connection, outbox, events.order_cancelled(moved, self._clock.now()))
            await self._history.written(connection, order.customer_id)
        return True
