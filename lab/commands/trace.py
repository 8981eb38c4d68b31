"""`lab trace`: one trace as a waterfall."""

import sys
from typing import TYPE_CHECKING

import click

from lab import console
from lab.evidence import waterfall
from lab.evidence.asking import ask
from lab.evidence.options import complete_trace
from lab.home import Home
from observability.evidence.wire import plain

if TYPE_CHECKING:
    from rich.console import RenderableType


@click.command()
@click.argument("trace_id", metavar="ID", shell_complete=complete_trace)
@click.option("--attributes", is_flag=True, help="With what each span carries, and the stacks of what was raised.")
@console.home
@console.as_json
def command(home: Home, trace_id: str, *, attributes: bool, as_json: bool) -> None:
    """Show one trace: who did what, when, and what went wrong.

    The first digits of the ID are enough. `⇢` stands before what came over a queue.
    """
    found = ask(home, lambda evidence: evidence.trace(trace_id.strip().lower()))

    def text() -> "RenderableType":
        if sys.stdout.isatty():
            return waterfall.drawn(found, console.screen().width, attributes=attributes)
        return waterfall.piped(found, attributes=attributes)

    console.show(plain(found), text, as_json=as_json)
