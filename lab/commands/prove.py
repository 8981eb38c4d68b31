"""`lab prove`: whether a repair holds, judged by what the services do."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from lab import console
from lab.home import Home

if TYPE_CHECKING:
    from drill.catalogue import Entry
    from drill.proving.judge import Claim, Verdict

PROVEN, NOT_PROVEN = 0, 1
MOST_LINES = 12


@click.command()
@click.argument("scenario")
@click.option(
    "--services",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Workspace whose code is judged.",
)
@console.home
@console.as_json
@click.pass_context
def command(ctx: click.Context, home: Home, scenario: str, folder: Path, *, as_json: bool) -> None:
    """Judge the repair of SCENARIO that is in DIR.

    The code is started by itself, with limits, and asked what has to be true. What came of it is kept in the lab's
    home, with what was changed.

    Exit code 0: all of it holds. 1: not all of it does. 2: it could not be judged.
    """
    from drill import catalogue  # noqa: PLC0415 -- knows scenarios, which takes long to load
    from lab import drills  # noqa: PLC0415 -- as above

    with drills.told(), TemporaryDirectory(prefix="prove-") as place:
        entry = catalogue.read(scenario)
        verdicts, changes = _judged(entry, folder.absolute(), Path(place))
    proven = all(one.accepted for one in verdicts)
    result = {"scenario": scenario, "proven": proven, "proofs": [one.as_json() for one in verdicts]}
    drills.remember(home, who=console.person(), folder=str(folder.absolute()), diff=changes, **result)
    console.show(result, lambda: _drawn(verdicts), as_json=as_json)
    ctx.exit(PROVEN if proven else NOT_PROVEN)


def _judged(entry: "Entry", folder: Path, place: Path) -> "tuple[Sequence[Verdict], str]":
    """Return what the proofs say of a copy of the code in `folder`, and what was changed in it."""
    from drill.errors import Unfit  # noqa: PLC0415 -- see above
    from drill.proving.judge import ensure_able, judge  # noqa: PLC0415 -- see above
    from drill.workspace import taking  # noqa: PLC0415 -- see above
    from drill.workspace.service import plain_service  # noqa: PLC0415 -- see above

    ensure_able()
    entry.ensure_repairable()
    there = taking.services_in(folder)
    for service in entry.services:
        if service not in there:
            raise Unfit(f"There is no services/{service} in {folder}.", hint=taking.MAKE)
    taking.copied(folder, entry.services, place)
    taking.ensure_importable(place, entry.services)
    faulty = {fault.name for fault in entry.faults}
    changes = "".join(
        taking.difference(plain_service(service, faulty, entry.params), place / "services" / service)
        for service in entry.services
    )
    return [judge(fault, place) for fault in entry.faults], changes


def _drawn(verdicts: "Sequence[Verdict]") -> str:
    claims = [claim for verdict in verdicts for claim in verdict.claims]
    failed = sum(not claim.held for claim in claims)
    if failed:
        last = click.style(f"{failed} of {len(claims)} claims do not hold.", fg="red")
    else:
        last = click.style(f"All {len(claims)} claims hold.", fg="green")
    return "\n".join([*(line for claim in claims for line in _lines(claim)), "", last])


def _lines(claim: "Claim") -> Sequence[str]:
    if claim.held:
        return [f"{click.style('holds', fg='green')}  {claim.says}"]
    if claim.when == "setup":
        return [f"{click.style('fails', fg='red')}  {claim.says}", *_indented("could not be asked:", claim.seen)]
    seen = _indented("seen:", claim.seen)
    return [f"{click.style('fails', fg='red')}  {claim.says}", *seen, *_indented("with:", claim.example)]


def _indented(title: str, text: str) -> Sequence[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], "…"]
    return [f"         {title if number == 0 else ' ' * len(title)} {line}" for number, line in enumerate(lines)]
