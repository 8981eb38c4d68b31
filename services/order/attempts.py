"""Checkouts as they are stored: who is at which, and how it ended. Only an order's latest attempt can finish it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, bindparam, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.broker import Message
from services.chassis.database import UtcDateTime, insert_once
from services.order.domain import Line, Order, Outcome, Status
from services.order.storage import lines_of, order_of
from services.order.tables import order_lines, orders

# Built once: composing a statement costs more than SQLite takes to run it.
_BY_KEY = select(orders).where(orders.c.idempotency_key == bindparam("key"))
_HELD = (
    (orders.c.order_id == bindparam("order"))
    & (orders.c.status == Status.PLACING)
    & (orders.c.attempt == bindparam("held"))
)
_FINISH = (
    orders.update()
    .where(_HELD)
    .values(
        {
            name: bindparam(f"new_{name}", type_=orders.c[name].type)
            for name in ("status", "placed_as", "discount_cents", "total_cents", "stock_unconfirmed", "refusal")
        }
    )
)
_CLAIM_UNTIL = (
    orders.update()
    .where(_HELD)
    .values(
        attempt=bindparam("attempt_now"),
        claimed_until=bindparam("until", type_=UtcDateTime),
        claimed_by=bindparam("replica"),
    )
)
# In the text of the statement: SQLite uses a partial index only when it sees the index's own condition.
_PLACING = literal(Status.PLACING.value, literal_execute=True)
_FREE = (
    orders.update()
    .where(
        orders.c.status == _PLACING,
        orders.c.claimed_until > bindparam("now", type_=UtcDateTime),
        orders.c.claimed_by == bindparam("replica"),
    )
    .values(claimed_until=bindparam("now", type_=UtcDateTime))
)
_UNFINISHED = (
    select(orders)
    .where(orders.c.status == _PLACING, orders.c.claimed_until <= bindparam("before", type_=UtcDateTime))
    .order_by(orders.c.claimed_until)
    .limit(100)
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a checkout. Only the latest one of an order can finish it."""

    order_id: str
    number: int
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended, and the event that tells of it, if there is anything to tell."""

    attempt: Attempt
    outcome: Outcome
    customer_id: str
    message: Message | None


@dataclass(frozen=True, slots=True)
class StoredCheckout:
    """A checkout as it is stored: the order, what was asked, and which attempt of which replica is at it until when."""

    order: Order
    fingerprint: str
    attempt: Attempt
    claimed_until: datetime
    claimed_by: str


async def begin(connection: AsyncConnection, checkout: StoredCheckout, key: str | None) -> bool:
    """Store a new order and its idempotency key in one row; False when the key is taken."""
    order = checkout.order
    row = {
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "idempotency_key": key,
        "fingerprint": checkout.fingerprint,
        "status": order.status,
        "attempt": checkout.attempt.number,
        "claimed_until": checkout.claimed_until,
        "claimed_by": checkout.claimed_by,
        "card_token": order.card_token,
        "placed_at": order.placed_at,
        "discount_cents": 0,
        "total_cents": 0,
        "stock_unconfirmed": False,
    }
    return await insert_once(connection, orders, row)


async def claim(connection: AsyncConnection, attempt: Attempt, number: int, until: datetime, replica: str) -> bool:
    """Make `attempt`, if it is still the latest, attempt `number` of `replica` with time until `until`."""
    claimed = {"attempt_now": number, "until": until, "replica": replica}
    held = {"order": attempt.order_id, "held": attempt.number}
    return (await connection.execute(_CLAIM_UNTIL, held | claimed)).rowcount == 1


async def free(connection: AsyncConnection, replica: str, now: datetime) -> int:
    """End the time of all attempts of `replica`; return how many there were."""
    return (await connection.execute(_FREE, {"replica": replica, "now": now})).rowcount


async def finish(connection: AsyncConnection, attempt: Attempt, outcome: Outcome) -> bool:
    """Store how a checkout ended; False when `attempt` is not the latest or the order has been finished."""
    result = {
        "order": attempt.order_id,
        "held": attempt.number,
        "new_status": outcome.status,
        "new_placed_as": outcome.status,
        "new_discount_cents": outcome.totals.discount_cents,
        "new_total_cents": outcome.totals.total_cents,
        "new_stock_unconfirmed": outcome.stock_unconfirmed,
        "new_refusal": None if outcome.refusal is None else orjson.dumps(asdict(outcome.refusal)).decode(),
    }
    if (await connection.execute(_FINISH, result)).rowcount != 1:
        return False
    if outcome.lines:
        rows = [
            {"order_id": attempt.order_id, "position": position, **line.fields()}
            for position, line in enumerate(outcome.lines)
        ]
        await connection.execute(order_lines.insert(), rows)
    return True


async def find(connection: AsyncConnection, key: str) -> StoredCheckout | None:
    """Return what was started under an idempotency key, or None."""
    row = (await connection.execute(_BY_KEY, {"key": key})).one_or_none()
    return None if row is None else _checkout(row, await lines_of(connection, row.order_id))


async def unfinished(connection: AsyncConnection, before: datetime) -> list[StoredCheckout]:
    """Return up to 100 checkouts whose last attempt's time ended before a moment, oldest first."""
    return [_checkout(row, ()) for row in await connection.execute(_UNFINISHED, {"before": before})]


def _checkout(row: Row[Any], lines: Iterable[Line]) -> StoredCheckout:
    attempt = Attempt(row.order_id, row.attempt, row.placed_at)
    return StoredCheckout(order_of(row, lines), row.fingerprint, attempt, row.claimed_until, row.claimed_by)
