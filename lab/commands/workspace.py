"""`lab workspace`: the code that is handed out for a scenario."""

from collections.abc import Sequence
from pathlib import Path

import click

from lab import console


@click.group()
def command() -> None:
    """Hand out the code of a scenario, to be repaired."""


@command.command()
@click.argument("scenario")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@console.as_json
def create(scenario: str, folder: Path, *, as_json: bool) -> None:
    """Write the services of SCENARIO into DIR, a new git repository, with what is wrong in them.

    DIR has to be new or empty. Whoever works in it reads its README.md first.
    """
    from drill import catalogue  # noqa: PLC0415 -- knows scenarios, which takes long to load
    from drill.workspace.handing_out import hand_out  # noqa: PLC0415 -- as above
    from lab import drills  # noqa: PLC0415 -- as above

    with drills.told():
        services = hand_out(catalogue.read(scenario), folder)
    written = {"folder": str(folder), "services": list(services)}
    console.show(written, lambda: _drawn(folder, services), as_json=as_json)


def _drawn(folder: Path, services: Sequence[str]) -> str:
    return console.pasteable(
        f"{folder} has the code of {', '.join(services)}. Begin with {folder / 'README.md'}.\n"
        f"Start the lab on it:  lab up --services {folder} --detach"
    )
