"""`lab up`: start a lab and stay with it, or leave it running."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import click

from lab import console
from lab.home import Home
from lab.options import PLATFORM, UpOptions
from lab.progress import Progress, progress, sentence
from lab.site import DEFAULT_BASE, PORTS
from lab.starting import Starting

INTERRUPTED = 130
LOWEST_PORT = 1024
PAGES = (
    ("storefront", "Shop"),
    ("edge", "API"),
    ("loadgen", "Load (Locust)"),
    ("controller", "Controller"),
)


@click.command()
@console.home
@click.option("--users", type=click.IntRange(min=0), metavar="N", help="Shoppers.")
@click.option("--shape", default="steady", show_default=True, metavar="NAME", help="Shape of the load over time.")
@click.option("--no-load", is_flag=True, help="Start without shoppers.")
@click.option("--detach", "-d", is_flag=True, help="Return when all is ready; end it with: lab down.")
@click.option(
    "--port-base",
    type=click.IntRange(0, 65000),
    default=DEFAULT_BASE,
    show_default=True,
    metavar="P",
    help=f"First of {PORTS} ports; 0 finds free ones.",
)
@click.option("--fresh", is_flag=True, help="Delete databases and logs of former runs first.")
@click.option(
    "--services",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Run the services in DIR, a workspace, in place of the lab's own.",
)
@click.option("--topology", default=PLATFORM, hidden=True, metavar="MODULE:FUNCTION")
@console.as_json
def command(
    home: Home,
    users: int | None,
    shape: str,
    port_base: int,
    services: Path | None,
    topology: str,
    *,
    no_load: bool,
    detach: bool,
    fresh: bool,
    as_json: bool,
) -> None:
    """Start the shop and its shoppers."""
    if 0 < port_base < LOWEST_PORT:
        raise click.BadParameter(f"ports below {LOWEST_PORT} are for root only.", param_hint="--port-base")
    began = time.monotonic()
    own = str(services.absolute()) if services else ""
    options = UpOptions(str(home.root), port_base, users, shape, not no_load, fresh, topology, own)
    starting = Starting(options)
    with _ending_it_on_signals(starting):
        _follow(starting, home, began, detach=detach, as_json=as_json)


def _follow(starting: Starting, home: Home, began: float, *, detach: bool, as_json: bool) -> None:
    shown: Progress = progress(silent=as_json)
    events = starting.events()
    with shown:
        for event in events:
            if event["event"] == "up":
                break
            shown.hear(event)
        else:
            click.echo("Ended before it was up.", err=True)
            sys.exit(INTERRUPTED)
    event["took_ms"] = round((time.monotonic() - began) * 1000)
    console.show(
        event, lambda: console.pasteable(console.at_home(_welcome(event, detach=detach), home)), as_json=as_json
    )
    if detach:
        starting.let_go()
        return
    sys.stdout.flush()
    for event in events:
        if not as_json and (text := _news(event)):
            click.echo(console.at_home(text, home))


def _news(event: dict[str, Any]) -> str:
    if event["event"] in ("stopping", "stopped"):
        return {"stopping": "\nending … (again: at once)", "stopped": "ended"}[event["event"]]
    return sentence(event)


def _welcome(event: dict[str, Any], *, detach: bool) -> str:
    pages = {short: url for short, url in event["urls"].items() if short != "loadgen" or event["load"]}
    rows = [f"  {title:14} {pages[short]}" for short, title in PAGES if short in pages]
    last = "End it:        lab down" if detach else "End it:        Ctrl-C"
    return "\n".join(
        [
            click.style(f"The shop is open after {event['took_ms'] / 1000:.1f} s.", bold=True),
            *rows,
            "",
            "Look inside:   lab status",
            "Follow it:     lab logs -f",
            "Break it:      lab chaos list",
            last,
        ]
    )


@contextlib.contextmanager
def _ending_it_on_signals(starting: Starting) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the lab in good order; the command returns when it has ended."""

    def end(_number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            starting.end()

    former = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except BrokenPipeError:
        os._exit(1)
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
