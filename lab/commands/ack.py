"""`lab ack`: you have seen the page."""

import click

from lab import console
from lab.home import Home


@click.command()
@console.home
@console.as_json
def command(home: Home, *, as_json: bool) -> None:
    """Acknowledge the page of the drill that is on."""
    from lab.playing import asking, text  # noqa: PLC0415 -- the words know scores, which takes long to load

    answer = asking.call(home, "ack")
    console.show(answer, lambda: f"Acknowledged after {text.took(answer['acknowledged_s'])}.", as_json=as_json)
