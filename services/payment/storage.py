"""The payments table. Every change is one statement that only succeeds on the version it was decided on."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Row, String, Table, bindparam, select, update

from services.chassis.clock import Clock
from services.chassis.database import Database, UtcDateTime, insert_once
from services.payment.domain import Payment, State

metadata = MetaData()
payments = Table(
    "payments",
    metadata,
    Column("order_id", String(64), primary_key=True),
    Column("amount_cents", BigInteger, nullable=False),
    Column("card_token", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("authorisation_id", String(64)),
    Column("capture_id", String(64)),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("payments_by_state", "state", "updated_at"),
)

_FIND = select(payments).where(payments.c.order_id == bindparam("wanted"))
_REPLACE = update(payments).where(
    payments.c.order_id == bindparam("known_order_id"), payments.c.version == bindparam("known_version")
)


class Payments:
    """Payments by order id."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, payment: Payment) -> bool:
        """Store a payment unless its order has one; say whether it is new."""
        async with self._database.autocommit() as connection:
            return await insert_once(connection, payments, self._row(payment))

    async def find(self, order_id: str) -> Payment | None:
        """Return the payment of an order."""
        async with self._database.read() as connection:
            row = (await connection.execute(_FIND, {"wanted": order_id})).one_or_none()
        return None if row is None else _payment(row)

    async def replace(self, known: Payment, changed: Payment) -> bool:
        """Store `changed` in place of `known`; False when somebody else was faster."""
        row = self._row(changed)
        keys = {"known_order_id": row.pop("order_id"), "known_version": known.version}
        async with self._database.autocommit() as connection:
            return (await connection.execute(_REPLACE, {**row, **keys})).rowcount == 1

    async def left_in(self, states: Collection[State], before: datetime, limit: int) -> list[Payment]:
        """Return payments in one of `states` that have not changed since `before`, the oldest first."""
        left = (
            select(payments)
            .where(payments.c.state.in_([state.value for state in states]), payments.c.updated_at < before)
            .order_by(payments.c.updated_at)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [_payment(row) for row in (await connection.execute(left)).all()]

    def _row(self, payment: Payment) -> dict[str, Any]:
        row = {name: getattr(payment, name) for name in Payment.__slots__}
        return {**row, "state": payment.state.value, "updated_at": self._clock.now()}


def _payment(row: Row[Any]) -> Payment:
    return Payment(
        row.order_id,
        row.amount_cents,
        row.card_token,
        State(row.state),
        row.authorisation_id,
        row.capture_id,
        row.version,
    )
