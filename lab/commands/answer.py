"""`lab answer`: what is wrong, and where."""

from typing import Any

import click

from lab import console
from lab.home import Home
from lab.names import complete
from lab.playing import asking


@click.command()
@click.argument("service", metavar="SERVICE|nothing", shell_complete=complete)
@click.argument("mechanism", metavar="[MECHANISM]...", nargs=-1)
@console.home
@console.as_json
def command(home: Home, service: str, mechanism: tuple[str, ...], *, as_json: bool) -> None:
    """Say in the drill that is on which SERVICE is to be repaired, and by what MECHANISM it goes wrong.

    The service is judged at once; one that it is not costs points. The mechanism, in your own words, is kept and
    shown next to the real one at the end, for you to mark.
    """
    said = " ".join(mechanism)
    if service == "nothing" and said:
        raise click.UsageError("Where nothing is wrong there is no mechanism. Write: lab answer nothing")
    answer = asking.call(home, "answer", service=service, mechanism=said)
    console.show(answer, lambda: console.typed(_drawn(answer), home), as_json=as_json)


def _drawn(answer: dict[str, Any]) -> str:
    if answer["right"]:
        return "That is it. Make it stop hurting, and repair it; or see how you did: lab reveal"
    return f"That is not it, which is worth knowing too. It has cost {answer['cost']} points."
