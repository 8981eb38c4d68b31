"""Placing an order: reserve stock, authorise payment, and store the result together with the event that tells it.

Between the two transactions nothing is promised. A process that dies there leaves an order `placing`, which a
repetition of the request resumes, or which `recovery` gives up.
"""

from dataclasses import replace

import structlog

from services.chassis import deadline
from services.chassis.broker import Message
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.errors import Busy, DeadlineExceeded, NeighbourRefused, NeighbourUnavailable
from services.chassis.outbox import OutboxRelay
from services.order import events, storage
from services.order.attempts import Attempt, Ending
from services.order.claims import Claims
from services.order.clients import Inventory, Payment, Payments, Undone
from services.order.domain import ACCEPTED, Line, Order, Outcome, Refusal, Status, Wanted, totals
from services.order.errors import OutOfStock, UnknownSku
from services.order.faults.reserves_again import same_key
from services.order.faults.retries_without_budget import few_retries
from services.order.faults.session_leak import stored_and_closed
from services.order.history import History
from services.order.measures import Measures
from services.order.prices import KnownPrices

UNREACHABLE = (NeighbourUnavailable, Busy)
STATUS_BY_PAYMENT = {
    Payment.AUTHORISED: Status.CONFIRMED,
    Payment.CAPTURED: Status.CONFIRMED,
    Payment.PENDING: Status.PAYMENT_PENDING,
    Payment.DECLINED: Status.DECLINED,
    # Somebody gave the order up while this attempt was at it.
    Payment.CANCELLED: Status.ABANDONED,
    Payment.REFUNDED: Status.ABANDONED,
}

log = structlog.get_logger()


class Checkout:
    """Places orders."""

    def __init__(
        self,
        database: Database,
        history: History,
        relay: OutboxRelay,
        claims: Claims,
        inventory: Inventory,
        payments: Payments,
        prices: KnownPrices,
        measures: Measures,
        clock: Clock,
    ) -> None:
        self._database = database
        self._history = history
        self._relay = relay
        self._claims = claims
        self._inventory = inventory
        self._payments = payments
        self._prices = prices
        self._measures = measures
        self._clock = clock

    async def place(self, wanted: Wanted, key: str | None) -> Order:
        """Return the order whose checkout has ended, by this attempt or by an earlier one with the same key."""
        claimed = await self._claims.take(wanted, key)
        if isinstance(claimed, Order):
            return claimed
        try:
            outcome = await self._attempt(claimed, wanted)
            return await self._finish(claimed, wanted, outcome)
        except Exception:
            await self._claims.give_up(claimed)
            raise

    async def _attempt(self, attempt: Attempt, wanted: Wanted) -> Outcome:
        order_id = attempt.order_id
        try:
            lines, confirmed = await self._priced(order_id, wanted)
            costs = totals(lines)
            status = await self._authorise(order_id, costs.total_cents, wanted.card_token)
        except (OutOfStock, UnknownSku) as no:
            # An earlier attempt may have authorised payment without having heard from the inventory.
            refusal = Refusal(no.code, no.detail, no.members)
            return Outcome(Status.REJECTED, refusal=refusal, compensate=attempt.number > 1)
        except Undone as undone:
            log.warning("checkout.undone", order_id=order_id, problem=str(undone))
            return Outcome(Status.ABANDONED, compensate=True)
        if status is Status.ABANDONED:
            return Outcome(Status.ABANDONED, compensate=True)
        # Released before the order is stored as declined: the other way round a crash in between would keep the stock.
        released = status is not Status.DECLINED or await self._release(order_id)
        return Outcome(status, lines, costs, stock_unconfirmed=not confirmed, compensate=not released)

    async def _priced(self, order_id: str, wanted: Wanted) -> tuple[tuple[Line, ...], bool]:
        """Return lines with prices, and whether their stock is reserved for certain."""
        try:
            return await same_key.behaviour(self._inventory, order_id, wanted.lines), True
        except UNREACHABLE as error:
            lines = await self._prices.price(wanted.lines)
            if lines is None:
                raise
            log.warning("stock.unconfirmed", order_id=order_id, problem=error.detail)
            self._measures.priced_from_memory()
            return lines, False

    async def _authorise(self, order_id: str, amount_cents: int, card_token: str) -> Status:
        try:
            paid = await few_retries.behaviour(self._payments, order_id, amount_cents, card_token)
            return STATUS_BY_PAYMENT[paid]
        except UNREACHABLE as error:
            log.warning("payment.unconfirmed", order_id=order_id, problem=error.detail)
            return Status.PAYMENT_PENDING

    async def _release(self, order_id: str) -> bool:
        try:
            await self._inventory.release(order_id)
        except (*UNREACHABLE, NeighbourRefused, DeadlineExceeded) as error:
            log.warning("stock.not_released", order_id=order_id, problem=error.detail)
            return False
        return True

    async def _finish(self, attempt: Attempt, wanted: Wanted, outcome: Outcome) -> Order:
        # Nobody waits for this answer any more. Who asks again resumes; who does not is not charged.
        deadline.bounded_s(1.0)
        order = Order(
            order_id=attempt.order_id,
            customer_id=wanted.customer_id,
            status=outcome.status,
            card_token=wanted.card_token,
            placed_at=attempt.placed_at,
            lines=outcome.lines,
            totals=outcome.totals,
            stock_unconfirmed=outcome.stock_unconfirmed,
            placed_as=outcome.status,
            refusal=outcome.refusal,
        )
        ending = Ending(attempt, outcome, order.customer_id, self._message(order, outcome))
        if not await stored_and_closed.behaviour(self._database, self._history, ending):
            return await self._as_stored(attempt.order_id)
        self._relay.poke()
        self._measures.placed(order)
        return order

    def _message(self, order: Order, outcome: Outcome) -> Message | None:
        if order.status in ACCEPTED:
            return events.order_placed(order, self._clock.now())
        return events.order_cancelled(order, self._clock.now()) if outcome.compensate else None

    async def _as_stored(self, order_id: str) -> Order:
        async with self._database.read() as connection:
            order = await storage.find(connection, order_id)
        assert order is not None  # noqa: S101 -- this attempt stored it, and orders are never deleted
        return order


def as_placed(order: Order) -> Order:
    """Return `order` as its checkout left it, which is what a repetition is answered."""
    return replace(order, status=order.placed_as or Status.PLACING)
