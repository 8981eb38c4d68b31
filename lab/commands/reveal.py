"""`lab reveal`: the end of a drill."""

import click

from lab import console
from lab.home import Home

PATIENCE_S = 120.0


@click.command()
@console.home
@console.as_json
def command(home: Home, *, as_json: bool) -> None:
    """End the drill that is on: what it was, what happened when, and your sheet."""
    from lab.playing import asking, text  # noqa: PLC0415 -- the words know scores, which takes long to load

    answer = asking.call(home, "reveal", timeout_s=PATIENCE_S)
    console.show(answer, lambda: console.typed(text.end(answer), home), as_json=as_json)
