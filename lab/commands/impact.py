"""`lab impact`: what it costs the business."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from lab import console
from lab.evidence.options import Since
from lab.home import Home

if TYPE_CHECKING:
    from observability.impact.model import Impact

EVERY_S = 5.0
MOST_AT_WORK = 0.2
"""Share of the time in which a watch reads, at most: databases grow."""


@click.command()
@click.option(
    "--since",
    type=Since(),
    metavar="WHEN",
    help="Only what happened since: 30s, 5m, 1h, or a time like 2026-01-31T12:00:00Z; else all there is.",
)
@click.option("--by-minute", is_flag=True, help="Also minute by minute.")
@click.option("--watch", is_flag=True, help="Look again every five seconds or so; Ctrl-C ends it.")
@console.home
@console.as_json
def command(home: Home, since: str | None, *, by_minute: bool, watch: bool, as_json: bool) -> None:
    """Show what it costs: orders lost or delayed, money that is wrong, customers affected.

    The databases of all services are compared with one another, and the evidence store is asked for requests that
    failed. An order that was placed or changed in the last ten seconds is in flight; an accepted one that is not
    carried out after thirty is delayed. Without a store, or without a lab that runs, the databases still answer.
    """
    from lab.impact.measuring import metered  # noqa: PLC0415 -- loads slowly, as everything below
    from observability.evidence.moments import moment_s  # noqa: PLC0415

    since_s = None if since is None else moment_s(since, time.time())

    async def once(measure: "Callable[[], Awaitable[Impact]]") -> None:
        _show(await measure(), by_minute=by_minute, as_json=as_json)

    async def again(measure: "Callable[[], Awaitable[Impact]]") -> None:
        while True:
            began_s = time.monotonic()
            bill = await measure()
            took_s = time.monotonic() - began_s
            if sys.stdout.isatty() and not as_json:
                click.clear()
            _show(bill, by_minute=by_minute, as_json=as_json)
            sys.stdout.flush()
            await asyncio.sleep(max(EVERY_S, took_s / MOST_AT_WORK))

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(metered(home, since_s, again if watch else once))


def _show(bill: "Impact", *, by_minute: bool, as_json: bool) -> None:
    from lab.impact.drawing import drawn  # noqa: PLC0415 -- as above

    if as_json:
        click.echo(json.dumps(_data(bill, by_minute=by_minute)))
        return
    console.show(None, lambda: drawn(bill, by_minute=by_minute), as_json=False)


def _data(bill: "Impact", *, by_minute: bool) -> dict[str, Any]:
    from observability.evidence.wire import plain  # noqa: PLC0415 -- as above

    told: dict[str, Any] = plain(bill if by_minute else replace(bill, minutes=()))
    if told["signals"]:
        # Every order that was ever accepted: what the meter compares, not what it says.
        del told["signals"]["accepted"]
    if not by_minute:
        del told["minutes"]
    return {"zero": bill.is_zero, **told}
