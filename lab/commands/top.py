"""`lab top`: rate, errors and duration of every service and every way between two, refreshed in place."""

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING, Any

import click

from lab import console, control
from lab.errors import LabError
from lab.evidence.asking import ask, store_of
from lab.evidence.options import Span
from lab.evidence.overview import Overview, overview
from lab.home import Home
from observability.evidence.errors import EvidenceError
from observability.evidence.wire import plain

if TYPE_CHECKING:
    from rich.console import RenderableType

    from observability.evidence.evidence import Evidence

STATUS_PATIENCE_S = 2.0
LEAST_WINDOW_S, LEAST_EVERY_S = 5.0, 0.5


@click.command()
@click.option("--once", is_flag=True, help="Print it once, and end.")
@click.option("--every", "every_s", type=Span(), default="2s", metavar="DURATION", help="How often. [default: 2s]")
@click.option(
    "--window", "window_s", type=Span(), default="1m", metavar="DURATION", help="Of the figures. [default: 1m]"
)
@click.option("--trend", "trend_s", type=Span(), default="5m", metavar="DURATION", help="Of the trends. [default: 5m]")
@console.home
@console.as_json
def command(home: Home, every_s: float, window_s: float, trend_s: float, *, once: bool, as_json: bool) -> None:
    """Watch rate, errors and duration of every service and every way between two; Ctrl-C ends it.

    In a pipe, and with --json, it is printed once.
    """
    window_s, every_s = max(window_s, LEAST_WINDOW_S), max(every_s, LEAST_EVERY_S)
    trend_s = max(trend_s, window_s)

    async def question(evidence: "Evidence") -> Overview:
        return await overview(evidence, window_s, trend_s, await asyncio.to_thread(_status, home))

    first = ask(home, question)
    if once or as_json or not sys.stdout.isatty():
        console.show(plain(first), lambda: _text(first), as_json=as_json)
        return
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_watch(home, first, question, every_s))


def _text(found: Overview) -> "RenderableType":
    from lab.evidence import top_text  # noqa: PLC0415 -- not needed for --json

    return top_text.screen(found, console.screen().width) if sys.stdout.isatty() else top_text.piped(found)


async def _watch(home: Home, last: Overview, question: Any, every_s: float) -> None:
    """Draw anew until somebody ends it; while nobody answers, what was seen last stays, and it is said."""
    from rich.live import Live  # noqa: PLC0415 -- only where it is watched

    from lab.evidence import top_text  # noqa: PLC0415 -- as above
    from observability.evidence.client import RemoteEvidence  # noqa: PLC0415 -- as above

    note = "Ctrl-C ends it"
    async with RemoteEvidence(store_of(home), patience_s=max(every_s, 2.0)) as evidence:
        screen = console.screen()
        with Live(console=screen, screen=True, auto_refresh=False) as live:
            while True:
                live.update(top_text.screen(last, screen.width, note), refresh=True)
                await asyncio.sleep(every_s)
                try:
                    last, note = await question(evidence), "Ctrl-C ends it"
                except EvidenceError as error:
                    note = str(error)


def _status(home: Home) -> dict[str, Any] | None:
    try:
        return control.call(home, "status", timeout_s=STATUS_PATIENCE_S)
    except LabError:
        return None
