"""The bill, for a person."""

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from lab.evidence.figures import NOTHING, clock, counted
from lab.evidence.listing import Cell, Column, Row, listed
from observability.impact.model import Damage, Impact
from observability.impact.money import euros

if TYPE_CHECKING:
    from rich.console import RenderableType

BAD = "red"
SINCE = slice(0, 8)
"""Of a time of day: hours, minutes, seconds."""


def drawn(bill: Impact, *, by_minute: bool) -> "RenderableType":
    """Return everything that is to be seen of it."""
    from rich.console import Group  # noqa: PLC0415 -- not needed for --json

    parts: list[RenderableType] = [
        _headline(bill),
        listed((Column(""), Column("", right=True), Column("")), _sums(bill)),
    ]
    if bill.damages:
        parts += ["", _wrong(bill)]
    if by_minute:
        parts += ["", _minutes(bill)]
    if bill.missing:
        parts += ["", *(f"not seen: {sentence}" for sentence in bill.missing)]
    return Group(*parts)


def _headline(bill: Impact) -> str:
    verdict = "nothing is wrong" if bill.is_zero else "something is wrong"
    seen = ", as far as can be seen" if bill.missing else ""
    return f"{clock(bill.window.start_s)[SINCE]} to {clock(bill.window.end_s)[SINCE]}: {verdict}{seen}"


def _sums(bill: Impact) -> list[Row]:
    signals = bill.signals
    orders = {damage.order_id for damage in bill.damages if damage.cents}
    return [
        _row("orders lost", bill.orders_lost),
        _row("orders delayed", bill.orders_delayed, f"{bill.payments_pending} wait for their payment"),
        _row(
            "money wrong",
            euros(bill.money_wrong_cents),
            counted(len(orders), "order"),
            wrong=bill.money_wrong_cents > 0,
        ),
        _row("stock wrong", bill.stock_wrong),
        _row("customers affected", len(bill.customers_affected)),
        _row("failed checkouts", *_by_status(signals.failed_checkouts if signals else None)),
        _row("failed requests", *_by_status(signals.failed_requests if signals else None)),
        ("orders placed", f"{bill.orders_placed:,}", f"{bill.orders_in_flight} in flight"),
    ]


def _row(name: str, figure: int | str, more: str = "", *, wrong: bool | None = None) -> Row:
    bad = figure not in (0, NOTHING) if wrong is None else wrong
    return name, Cell(f"{figure:,}" if isinstance(figure, int) else figure, BAD if bad else ""), more


def _by_status(by_status: Mapping[str, int] | None) -> tuple[int | str, str]:
    if by_status is None:
        return NOTHING, ""
    return sum(by_status.values()), ", ".join(f"{number} × {status}" for status, number in by_status.items())


def _wrong(bill: Impact) -> "RenderableType":
    columns = (
        Column("WHAT DOES NOT HOLD"),
        Column("TIMES", right=True),
        Column("MONEY", right=True),
        Column("SINCE"),
        Column("THE LATEST", gives_way=True),
    )
    by_invariant = groupby(sorted(bill.damages, key=lambda each: each.invariant), key=lambda each: each.invariant)
    return listed(columns, [_summed(invariant, list(damages)) for invariant, damages in by_invariant])


def _summed(invariant: str, damages: list[Damage]) -> Row:
    dated = [damage.since_s for damage in damages if damage.since_s is not None]
    cents = sum(damage.cents for damage in damages)
    latest = max(damages, key=lambda damage: damage.since_s or 0.0)
    since = clock(min(dated))[SINCE] if dated else NOTHING
    return invariant, f"{len(damages):,}", euros(cents) if cents else NOTHING, since, latest.says


def _minutes(bill: Impact) -> "RenderableType":
    titles = ("PLACED", "LOST", "DELAYED", "MONEY", "CUSTOMERS", "FAILED CHECKOUTS")
    columns = (Column("MINUTE"), *(Column(title, right=True) for title in titles))
    rows = [
        (
            clock(minute.start_s)[:5],
            f"{minute.orders_placed:,}",
            _figure(minute.orders_lost),
            _figure(minute.orders_delayed),
            Cell(euros(minute.money_wrong_cents), BAD) if minute.money_wrong_cents else "0",
            _figure(minute.customers_affected),
            _figure(minute.failed_checkouts) if bill.signals else NOTHING,
        )
        for minute in bill.minutes
    ]
    return listed(columns, rows)


def _figure(number: int) -> Cell:
    return Cell(f"{number:,}", BAD if number else "")
