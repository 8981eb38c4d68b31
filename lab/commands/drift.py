"""`lab drift`: what the architecture document declares against what is there."""

from pathlib import Path

import click

from advisor.calm.source import DOCUMENT
from lab import console
from lab.evidence.options import since
from lab.home import Home

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
HERE = click.Path(path_type=Path, exists=True)
ENOUGH = 200


@click.command()
@since("15m")
@click.option(
    "--enough",
    type=click.IntRange(min=1),
    default=ENOUGH,
    show_default=True,
    metavar="N",
    help="A caller that has served fewer requests says nothing by not calling.",
)
@click.option("--terraform", type=FILE, multiple=True, metavar="FILE", help="Written by terraform show -json.")
@click.option("--kubernetes", type=HERE, multiple=True, metavar="PATH", help="Manifests, or a folder of them.")
@click.option(
    "--cloudformation",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="A template, or written by describe-stack-resource-drifts.",
)
@click.option("--accept", "accepted", multiple=True, metavar="ID", help="Live with this drift from now on.")
@click.option("--because", metavar="TEXT", help="Why; it goes with --accept.")
@click.option("--as", "by", metavar="NAME", default=console.person, help="Who decides; you, unless it is said.")
@click.option(
    "--decisions",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where decisions are kept; architectures/drift-decisions.json unless it is said.",
)
@click.option(
    "--file", "document", type=FILE, default=DOCUMENT, metavar="FILE", help="Another CALM document than ours."
)
@console.home
@console.as_json
@click.pass_context
def command(
    context: click.Context,
    home: Home,
    since: str,
    enough: int,
    terraform: tuple[Path, ...],
    kubernetes: tuple[Path, ...],
    cloudformation: tuple[Path, ...],
    accepted: tuple[str, ...],
    because: str | None,
    by: str,
    decisions: Path | None,
    document: Path,
    *,
    as_json: bool,
) -> None:
    """Hold what the architecture document declares against what is seen, in both directions.

    Calls, processes, alerts, dashboards, objectives, settings, and infrastructure from files.

    Exit code 0: no drift. 1: there is drift that nobody has accepted. 2: a file cannot be read.
    """
    from advisor.calm.errors import AdvisorError  # noqa: PLC0415 -- not needed for --help
    from advisor.calm.reading import load  # noqa: PLC0415 -- as above
    from lab.drift import deciding, text  # noqa: PLC0415 -- as above
    from lab.drift.looking import checks  # noqa: PLC0415 -- as above
    from lab.drift.wanted import Wanted  # noqa: PLC0415 -- as above
    from lab.errors import Usage  # noqa: PLC0415 -- as above

    if bool(accepted) != bool(because and because.strip()):
        raise click.UsageError("--accept ID and --because TEXT go together.")
    try:
        of = load(document)
    except AdvisorError as error:
        raise Usage(error.message, hint=error.hint) from error
    wanted = Wanted(home, of, since, enough, terraform, kubernetes, cloudformation)
    file = decisions or deciding.file_of(home)
    found = deciding.decided(checks(wanted), file)
    if accepted:
        found = deciding.accept(found, file, accepted, because=because or "", by=by)
    told = text.data(found, str(document))
    console.show(told, lambda: console.typed(text.text(found), home), as_json=as_json)
    context.exit(1 if found.drifts else 0)
