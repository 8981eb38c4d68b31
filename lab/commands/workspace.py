"""`lab workspace`: the code that is handed out for a scenario."""

from collections.abc import Sequence
from pathlib import Path

import click

from lab import console
from lab.home import Home


@click.group()
def command() -> None:
    """Hand out the code of a scenario, to be repaired."""


@command.command()
@click.argument("named", metavar="[SCENARIO…] DIR", nargs=-1, required=True)
@console.home
@console.as_json
def create(home: Home, named: tuple[str, ...], *, as_json: bool) -> None:
    """Write the services of SCENARIO into DIR, a new git repository, with what is wrong in them.

    DIR has to be new or empty. Whoever works in it reads its README.md first. Of several SCENARIOs, all that is wrong
    is in it at once. Without SCENARIO it is for the drill that is on, and has all services.
    """
    *scenarios, last = named
    folder = Path(last)
    if not scenarios:
        from lab.playing import asking  # noqa: PLC0415 -- only where a drill is on

        written = asking.call(home, "workspace", folder=str(folder.absolute()))
        console.show(written, lambda: console.typed(_blind(folder), home), as_json=as_json)
        return
    from drill import catalogue  # noqa: PLC0415 -- knows scenarios, which takes long to load
    from drill.workspace.handing_out import hand_out  # noqa: PLC0415 -- as above
    from lab import drills  # noqa: PLC0415 -- as above

    with drills.told():
        services = hand_out(catalogue.together(scenarios), folder)
    written = {"folder": str(folder), "services": list(services)}
    console.show(written, lambda: _drawn(folder, services), as_json=as_json)


def _blind(folder: Path) -> str:
    return (
        f"{folder} has the code of all services, as it runs. Begin with {folder / 'README.md'}.\n"
        f"Have a repair judged:  lab prove --services {folder}"
    )


def _drawn(folder: Path, services: Sequence[str]) -> str:
    return console.pasteable(
        f"{folder} has the code of {', '.join(services)}. Begin with {folder / 'README.md'}.\n"
        f"Start the lab on it:  lab up --services {folder} --detach"
    )
