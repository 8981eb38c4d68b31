"""Comparing the running totals with the entries, from where the last comparison ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import bindparam, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from services.billing.storage.tables import entries, movements, totals

MOST_SUSPECTS = 10
"""How many are named; the latest say enough."""

_entered_since = entries.c.entry_id > bindparam("entry_id")
_moved_since = movements.c.movement_id > bindparam("movement_id")

# One statement, so that nothing can be posted between two looks.
_state = union_all(
    select(totals.c.account, totals.c.running_cents, literal(0), literal(0), literal(0)),
    select(entries.c.account, literal(0), func.sum(entries.c.amount_cents), func.max(entries.c.entry_id), literal(0))
    .where(_entered_since)
    .group_by(entries.c.account),
    select(literal(""), literal(0), literal(0), literal(0), func.coalesce(func.max(movements.c.movement_id), 0)),
)

_sides = union_all(
    select(movements.c.order_id, movements.c.kind, movements.c.account, movements.c.amount_cents).where(
        _moved_since, movements.c.movement_id <= bindparam("last_movement_id")
    ),
    select(entries.c.order_id, entries.c.kind, entries.c.account, -entries.c.amount_cents).where(
        _entered_since, entries.c.entry_id <= bindparam("last_entry_id")
    ),
).subquery()
_gaps = (
    select(_sides.c.order_id, _sides.c.kind)
    .group_by(_sides.c.order_id, _sides.c.kind, _sides.c.account)
    .having(func.sum(_sides.c.amount_cents) != 0)
    .distinct()
    .subquery()
)
_suspects = (
    select(_gaps.c.order_id, movements.c.trace_id)
    .outerjoin_from(
        _gaps,
        movements,
        (movements.c.order_id == _gaps.c.order_id) & (movements.c.kind == _gaps.c.kind) & _moved_since,
    )
    .group_by(_gaps.c.order_id, movements.c.trace_id)
    .order_by(func.max(movements.c.movement_id).desc())
    .limit(MOST_SUSPECTS)
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What has been summed up already: everything up to these rows. The default is the beginning."""

    entry_id: int = 0
    movement_id: int = 0
    entered: Mapping[str, int] = field(default_factory=dict)
    """Account → cents."""


@dataclass(frozen=True, slots=True)
class Balance:
    """One account: the total that is kept running, and the sum of its entries."""

    account: str
    running_cents: int
    entries_cents: int


@dataclass(frozen=True, slots=True)
class State:
    """The ledger at one moment."""

    balances: tuple[Balance, ...]
    checkpoint: Checkpoint

    @property
    def drift_cents(self) -> int:
        """How far running totals and entries are apart, over all accounts."""
        return sum(abs(balance.running_cents - balance.entries_cents) for balance in self.balances)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A posting that moved the totals otherwise than it was entered, or a request that moved them without entering."""

    order_id: str
    trace_id: str


async def state_since(connection: AsyncConnection, since: Checkpoint) -> State:
    """Sum up what was entered since `since`; reads only those entries."""
    rows = (await connection.execute(_state, {"entry_id": since.entry_id})).all()
    running: dict[str, int] = {}
    entered = dict(since.entered)
    entry_id, movement_id = since.entry_id, since.movement_id
    for account, running_cents, entered_cents, last_entry, last_movement in rows:
        entry_id, movement_id = max(entry_id, last_entry), max(movement_id, last_movement)
        if account:
            running[account] = running.get(account, 0) + running_cents
            entered[account] = entered.get(account, 0) + int(entered_cents)
    balances = tuple(Balance(account, running[account], entered[account]) for account in sorted(running))
    return State(balances, Checkpoint(entry_id, movement_id, entered))


async def suspects_between(connection: AsyncConnection, since: Checkpoint, until: Checkpoint) -> list[Suspect]:
    """Return what made running totals and entries part between two checkpoints, the latest first."""
    bounds = {
        "entry_id": since.entry_id,
        "movement_id": since.movement_id,
        "last_entry_id": until.entry_id,
        "last_movement_id": until.movement_id,
    }
    rows = (await connection.execute(_suspects, bounds)).all()
    return [Suspect(row.order_id, row.trace_id or "") for row in rows]
