"""`lab scores`: the drills that were played."""

from typing import TYPE_CHECKING

import click

from lab import console
from lab.home import Home

if TYPE_CHECKING:
    from drill.playing.sheet import Mark


@click.command()
@click.option(
    "--mark",
    "how",
    type=click.Choice(["right", "partly", "wrong"]),
    help="Say how right the mechanism was that you named in the last drill.",
)
@console.home
@console.as_json
def command(home: Home, how: "Mark | None", *, as_json: bool) -> None:
    """Show the sheets of all drills that were played in this home, the latest last."""
    from lab.playing import scores, text  # noqa: PLC0415 -- knows sheets, which takes long to load

    if how is not None:
        scores.mark(home, how)
    sheets = scores.kept(home)
    told = {"scores": [one.model_dump(mode="json") for one in sheets]}
    console.show(told, lambda: text.scores(sheets), as_json=as_json)
