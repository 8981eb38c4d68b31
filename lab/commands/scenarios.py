"""`lab scenarios`: what can be played, as those may see it who play."""

import click

from lab import console


@click.command()
@click.option("--level", type=click.IntRange(1, 4), metavar="N", help="Only this level: 1 loud … 4 emergent.")
@click.option("--tag", metavar="TAG", help="Only those with this tag.")
@console.as_json
def command(level: int | None, tag: str | None, *, as_json: bool) -> None:
    """List the scenarios: name, level, how long people take over them, tags, and what the lab has to run on."""
    from chaos.scenario import loading  # noqa: PLC0415 -- takes longer than all the rest, as everything below
    from drill.playing import choosing  # noqa: PLC0415
    from lab import drills  # noqa: PLC0415
    from lab.chaos_scenarios.choosing import told  # noqa: PLC0415
    from lab.chaos_scenarios.listing import drawn, rows  # noqa: PLC0415

    with drills.told(), told():
        found = choosing.listed(loading.catalogue(), level, tag)
    console.show({"scenarios": rows(found)}, lambda: drawn(found), as_json=as_json)
