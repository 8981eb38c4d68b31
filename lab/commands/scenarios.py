"""`lab scenarios`: what can be played, as those may see it who play; and the beginning of a new one."""

import click

from lab import console


@click.command()
@click.argument("what", metavar="[new]", type=click.Choice(["new"]), required=False)
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--level", type=click.IntRange(1, 4), metavar="N", help="Only this level: 1 loud … 4 emergent.")
@click.option("--tag", metavar="TAG", help="Only those with this tag.")
@console.as_json
def command(what: str | None, name: str | None, level: int | None, tag: str | None, *, as_json: bool) -> None:
    """List the scenarios: name, level, how long people take over them, tags, and what the lab has to run on.

    With `new`: write the file of a scenario called NAME, in which all that is yours to write is marked. NAME is that
    of a draft, or a file of your own: my/idea.toml.
    """
    if what is not None:
        if name is None or level is not None or tag is not None:
            raise click.UsageError("Write: lab scenarios new NAME")
        _begin(name, as_json=as_json)
        return
    from chaos.scenario import loading  # noqa: PLC0415 -- takes longer than all the rest, as everything below
    from drill.playing import choosing  # noqa: PLC0415
    from lab import drills  # noqa: PLC0415
    from lab.chaos_scenarios.choosing import told  # noqa: PLC0415
    from lab.chaos_scenarios.listing import drawn, rows  # noqa: PLC0415

    with drills.told(), told():
        found = choosing.listed(loading.catalogue(), level, tag)
    console.show({"scenarios": rows(found)}, lambda: drawn(found), as_json=as_json)


def _begin(name: str, *, as_json: bool) -> None:
    from lab.chaos_scenarios import beginning  # noqa: PLC0415 -- as above

    file, left = beginning.begin(name)
    text = (
        f"{file} is written; {left} texts in it are still yours to write.\n"
        f"What is missing:  lab chaos run {file} --dry-run\n"
        "How it goes on:   docs/adding-a-scenario.md"
    )
    console.show({"file": str(file), "unwritten": left}, lambda: console.pasteable(text), as_json=as_json)
