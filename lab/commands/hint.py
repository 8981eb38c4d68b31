"""`lab hint`: help that costs something."""

from typing import Any

import click

from lab import console
from lab.home import Home
from lab.playing import asking


@click.command()
@console.home
@console.as_json
def command(home: Home, *, as_json: bool) -> None:
    """Take the next hint of the drill that is on; each costs more points than the one before."""
    answer = asking.call(home, "hint")
    console.show(answer, lambda: _drawn(answer), as_json=as_json)


def _drawn(answer: dict[str, Any]) -> str:
    after = f"The next costs {answer['next_price']}." if answer["next_price"] else "It was the last."
    return f"{answer['text']}\n\nThis has cost {answer['price']} points. {after}"
