"""`lab advise blast-radius` and `lab chaos blast-radius`: what else is hit when something fails, and as it was seen."""

from pathlib import Path

import click
from click.core import ParameterSource

from lab import console
from lab.advice import reading
from lab.errors import Usage
from lab.evidence.options import Since
from lab.home import Home


@click.command("blast-radius")
@click.argument("name", metavar="NODE")
@click.option("--refusing", is_flag=True, help="It fails at once, with an error: nobody has to wait for it.")
@click.option("--observed", is_flag=True, help="Hold that against what a lab that runs has shown.")
@click.option(
    "--since",
    "--from",
    "since",
    type=Since(),
    default="5m",
    show_default=True,
    metavar="WHEN",
    help="With --observed: when it began; 30s or 5m ago, or a time like 2026-01-31T12:00:00Z.",
)
@click.option(
    "--to",
    "until",
    type=Since(),
    default="now",
    show_default=True,
    metavar="WHEN",
    help="With --observed: when it was over.",
)
@reading.options
@click.pass_context
def blast_radius(
    ctx: click.Context,
    name: str,
    since: str,
    until: str,
    file: Path,
    home: Home,
    *,
    refusing: bool,
    observed: bool,
    offline: bool,
    as_json: bool,
) -> None:
    """Say what else is hit when NODE fails, or a call: who calls it, which flows, what customers are told.

    With --observed: what was predicted of whom, what was seen of them, and both as precision and recall. It has to
    have been healthy for as long before. A call is named by its id: order-service-to-payment-service.
    """
    from advisor.asking import picking  # noqa: PLC0415 -- not needed for --help, as everything below

    _ensure_meant(ctx, observed=observed, offline=offline)
    with reading.translated():
        of = reading.document(file)
        part = picking.breakable(of, name)
    if observed:
        from advisor.blast.subjects import Broken  # noqa: PLC0415
        from lab.blast import observing, showing  # noqa: PLC0415

        found = observing.observed(of, home, Broken((part,), refusing), since, until)
        console.show(showing.plain(found, ()), lambda: showing.text(of, found, ()), as_json=as_json)
        return
    from advisor.answers import blasts  # noqa: PLC0415
    from lab.advice.showing import one  # noqa: PLC0415

    one(of, home, blasts.blast_radius(of, part, refusing=refusing), offline=offline, as_json=as_json)


@click.command("blast-radius")
@click.argument("activation")
@console.home
@console.as_json
def of_journal(activation: str, home: Home, *, as_json: bool) -> None:
    """Hold what ACTIVATION took down against what the architecture document predicts, as precision and recall.

    Its id is in the history, and in what a run tells with --json; all that one run had on is taken together. From the
    journal: what was broken, and from when to when.
    """
    from lab.blast import journal, observing, showing, targets  # noqa: PLC0415 -- not needed for --help

    with reading.translated():
        of = reading.document()
    played = journal.played(home, activation)
    places = [(one.fault, place) for one in played.own for place in journal.places(home, one)]
    broken = targets.broken(of, places)
    found = observing.compared(of, home, broken, played.span)
    notes = tuple(journal.besides(home, played, found.span))
    console.show(showing.plain(found, notes), lambda: showing.text(of, found, notes), as_json=as_json)


def _ensure_meant(ctx: click.Context, *, observed: bool, offline: bool) -> None:
    given = [one for one in ("since", "until") if ctx.get_parameter_source(one) is not ParameterSource.DEFAULT]
    if given and not observed:
        raise Usage("--since, --from and --to are about what is observed.", hint="Write --observed as well.")
    if observed and offline:
        raise Usage("What is observed is observed in a lab that runs.", hint="Leave --offline out.")
