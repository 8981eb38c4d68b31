"""`lab alerts`: what is wrong, as the rules see it."""

import contextlib
import json
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from lab import alerting_client, alerting_text, console
from lab.home import Home

if TYPE_CHECKING:
    from rich.console import RenderableType

WATCHED_EVERY_S = 2.0


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also what is pending: seen, and not yet for long enough.")
@click.option("--history", is_flag=True, help="What fired, the latest first, and how long.")
@click.option("-n", "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Most of the history.")
@click.option("-w", "--watch", is_flag=True, help="Go on, until Ctrl-C.")
@console.home
@console.as_json
def command(home: Home, limit: int, *, everything: bool, history: bool, watch: bool, as_json: bool) -> None:
    """Show the alerts that fire: whom they concern, for how long, and what is seen."""
    path = f"/alerts/history?limit={limit}" if history else "/alerts"

    def ask() -> dict[str, Any]:
        return alerting_client.ask(home, path)

    def drawn(answer: dict[str, Any]) -> "RenderableType":
        return alerting_text.past(answer) if history else alerting_text.now(answer, everything=everything)

    if watch:
        _watch(ask, drawn, as_json=as_json)
    else:
        answer = ask()
        console.show(answer, lambda: drawn(answer), as_json=as_json)


def _watch(
    ask: Callable[[], dict[str, Any]], drawn: "Callable[[dict[str, Any]], RenderableType]", *, as_json: bool
) -> None:
    from rich.live import Live  # noqa: PLC0415 -- only where somebody watches

    with contextlib.suppress(KeyboardInterrupt):
        if not as_json and sys.stdout.isatty():
            with Live(drawn(ask()), console=console.screen(), screen=False, auto_refresh=False) as live:
                while True:
                    time.sleep(WATCHED_EVERY_S)
                    live.update(drawn(ask()), refresh=True)
        while True:
            answer = ask()
            if as_json:
                click.echo(json.dumps(answer))
            else:
                console.screen().print(drawn(answer))
            sys.stdout.flush()
            time.sleep(WATCHED_EVERY_S)
