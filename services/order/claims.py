"""One checkout, one order: who may work on it, and what a repetition is answered.

Every attempt has a number, and only the latest can finish an order. So it is safe to take a checkout over from an
attempt that seems dead but is only slow: the slow one finds itself overtaken.
"""

import asyncio
import hashlib
import time
from datetime import timedelta
from types import TracebackType
from typing import Self
from uuid import uuid4

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.chassis import deadline
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.errors import ServiceError
from services.order import attempts
from services.order.attempts import Attempt, StoredCheckout
from services.order.domain import Order, Status, Wanted
from services.order.errors import InProgress, KeyReused

POLL_S = 0.05

log = structlog.get_logger()


class Claims:
    """Gives out attempts. One has `claim_s` seconds for itself; a repetition waits `join_s` seconds for it at most.

    Entered when its replica starts: what the replica was at when it died can be taken up again at once.
    """

    def __init__(self, database: Database, clock: Clock, replica: str, *, claim_s: float, join_s: float) -> None:
        self._database = database
        self._clock = clock
        self._replica = replica
        self._claim = timedelta(seconds=claim_s)
        self._join_s = join_s

    async def __aenter__(self) -> Self:
        async with self._database.autocommit() as connection:
            freed = await attempts.free(connection, self._replica, self._clock.now())
        if freed:
            log.info("checkouts.freed", count=freed)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    async def take(self, wanted: Wanted, key: str | None) -> Attempt | Order:
        """Return an attempt to carry out, or the finished order if `key` has one.

        Raises `KeyReused` when the key came with another request, `InProgress` when another attempt is at work.
        """
        now, order_id = self._clock.now(), uuid4().hex
        order = Order(order_id, wanted.customer_id, Status.PLACING, wanted.card_token, now)
        attempt = Attempt(order_id, 1, now)
        checkout = StoredCheckout(order, fingerprint(wanted), attempt, now + self._claim, self._replica)
        async with self._database.autocommit() as connection:
            if await attempts.begin(connection, checkout, key):
                return attempt
        return await self._join(key or "", checkout.fingerprint)

    async def give_up(self, attempt: Attempt) -> None:
        """Let a repetition start at once, because `attempt` has failed."""
        try:
            async with self._database.autocommit() as connection:
                await attempts.claim(connection, attempt, attempt.number, self._clock.now(), self._replica)
        except (ServiceError, SQLAlchemyError) as error:
            # Its time will run out by itself.
            log.warning("checkout.still_claimed", order_id=attempt.order_id, problem=str(error))

    async def _join(self, key: str, expected_fingerprint: str) -> Attempt | Order:
        patience = time.monotonic() + deadline.bounded_s(self._join_s)
        while True:
            checkout = await self._stored(key)
            if checkout.fingerprint != expected_fingerprint:
                raise KeyReused("This Idempotency-Key came with another request; use a new key for a new order.")
            if checkout.order.placed_as is not None:
                return checkout.order
            if checkout.claimed_until <= self._clock.now():
                if attempt := await self._take_over(checkout.attempt):
                    return attempt
            elif time.monotonic() >= patience:
                raise InProgress("This order is being placed; ask again in a moment.")
            else:
                await asyncio.sleep(POLL_S)

    async def _stored(self, key: str) -> StoredCheckout:
        async with self._database.read() as connection:
            checkout = await attempts.find(connection, key)
        assert checkout is not None  # noqa: S101 -- its key was taken a moment ago, and orders are never deleted
        return checkout

    async def _take_over(self, former: Attempt) -> Attempt | None:
        attempt = Attempt(former.order_id, former.number + 1, former.placed_at)
        until = self._clock.now() + self._claim
        async with self._database.autocommit() as connection:
            if not await attempts.claim(connection, former, attempt.number, until, self._replica):
                return None
        log.info("checkout.resumed", order_id=attempt.order_id, attempt=attempt.number)
        return attempt


def fingerprint(wanted: Wanted) -> str:
    """Return what tells one request from another."""
    lines = [[line.sku, line.quantity] for line in wanted.lines]
    return hashlib.sha256(orjson.dumps([wanted.customer_id, lines, wanted.card_token])).hexdigest()
