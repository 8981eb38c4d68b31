"""`lab certify`: whether the proofs of a scenario tell right from wrong. For instructors: it names faults."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from lab import console
from lab.home import Home

if TYPE_CHECKING:
    from rich.console import RenderableType

    from drill.catalogue import Entry
    from drill.certifying.certifying import Certificate, Outcome
    from drill.live.own_lab import OwnLab
    from drill.live.plays import Play

CERTIFIED, NOT_CERTIFIED = 0, 1
FIRST_SEED = 7


@click.command()
@click.argument("scenario", required=False)
@click.option("--all", "everything", is_flag=True, help="All scenarios.")
@click.option(
    "--live", is_flag=True, help="Play it in a lab of its own instead, and what happens outside to repaired code."
)
@click.option("--seeds", type=click.IntRange(1, 20), default=1, show_default=True, help="With --live: how many plays.")
@click.option("--here", is_flag=True, help="With --live: in the lab that runs, and not in one of its own.")
@click.option("--stack", is_flag=True, help="With --live: in the lab in containers, which runs.")
@console.home
@console.as_json
@click.pass_context
def command(ctx: click.Context, /, scenario: str | None, *, everything: bool, as_json: bool, **live: Any) -> None:
    """Try the proofs of SCENARIO on right and wrong repairs.

    Every right one has to be accepted, and 95 % of the wrong ones rejected, always the one that does nothing. Takes
    some seconds for each. Where no code is wrong, the answer and the probes are judged; that it is silent is seen in a
    lab that runs.

    With --live: played as a whole its symptoms are seen, its alert fires in time and ends, nothing gives it away, and
    the advisor is asked for suspects; repaired code stands what happens outside. Takes some three minutes for each.

    Exit code 0: so it is. 1: it is not. 2: something is missing.
    """
    from drill import catalogue  # noqa: PLC0415 -- knows scenarios, which takes long to load
    from drill.certifying.certifying import certify  # noqa: PLC0415 -- as above
    from lab import drills  # noqa: PLC0415 -- as above

    if (scenario is None) != everything:
        raise click.UsageError("Name a SCENARIO, or say --all.")
    with drills.told():
        entries = catalogue.certifiable() if scenario is None else [catalogue.read(scenario)]
        if live["live"]:
            ctx.exit(_live(entries, live["seeds"], _where(**live), as_json=as_json))
        certificates = [certify(entry, _silent if as_json else _tell) for entry in entries]
    console.show(_summary(certificates), lambda: _drawn(certificates), as_json=as_json)
    ctx.exit(NOT_CERTIFIED if any(one.problems for one in certificates) else CERTIFIED)


def _where(home: Home, *, here: bool, stack: bool, **_: Any) -> "OwnLab | None":
    from drill.live.own_lab import OwnLab  # noqa: PLC0415 -- loads slowly
    from lab import state  # noqa: PLC0415 -- as above
    from lab.stack import delegate  # noqa: PLC0415 -- as above

    if stack:
        delegate.wanted([delegate.FLAG], {})  # refused when there is none
        return OwnLab(None)
    if here:
        state.running(home)
        return OwnLab(home.root)
    return None


def _live(entries: "Sequence[Entry]", seeds: int, where: "OwnLab | None", *, as_json: bool) -> int:
    from drill.certifying.live import show  # noqa: PLC0415 -- loads slowly
    from lab import shown  # noqa: PLC0415 -- as above

    def tell(play: "Play") -> None:
        click.echo(shown.line(play), err=True)

    which = range(FIRST_SEED, FIRST_SEED + seeds)
    found = [show(entry, which, tell, where=where) for entry in entries]
    console.show(shown.summary(found), lambda: shown.drawn(found), as_json=as_json)
    return NOT_CERTIFIED if any(one.problems for one in found) else CERTIFIED


def _silent(_: "Outcome") -> None:
    """Say nothing."""


def _tell(outcome: "Outcome") -> None:
    click.echo(f"  {outcome.case.fault.name} {outcome.case.name}: {_said(outcome)}", err=True)


def _summary(certificates: "list[Certificate]") -> dict[str, Any]:
    mutants = [one for certificate in certificates for one in certificate.mutants]
    return {
        "certified": not any(one.problems for one in certificates),
        "mutants": len(mutants),
        "rejected": sum(one.right for one in mutants),
        "scenarios": [one.as_json() for one in certificates],
    }


def _said(outcome: "Outcome") -> str:
    if not outcome.counts:
        return "does not count"
    return "accepted" if outcome.verdict.accepted else "rejected"


def _drawn(certificates: "list[Certificate]") -> "RenderableType":
    from rich.console import Group  # noqa: PLC0415 -- not needed for --json

    parts: list[RenderableType] = [_table(certificates), ""]
    for one in certificates:
        parts += [f"[red]{problem}[/]" for problem in one.problems]
    summary = _summary(certificates)
    verdict = "[green]certified[/]" if summary["certified"] else "[red]not certified[/]"
    by = f"{summary['rejected']} of {summary['mutants']} wrong repairs were rejected"
    parts.append(f"{verdict}: {by if summary['mutants'] else 'by answer and probes; there is no code to repair'}")
    return Group(*parts)


def _table(certificates: "list[Certificate]") -> "RenderableType":
    from rich.markup import escape  # noqa: PLC0415 -- not needed for --json
    from rich.table import Table  # noqa: PLC0415 -- not needed for --json

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title in ("", "FAULT", "VERSION", "WHAT IT DOES", "VERDICT", "BY THE CLAIM"):
        table.add_column(title)
    for outcome in (outcome for one in certificates for outcome in one.outcomes):
        case, failed = outcome.case, outcome.verdict.failed
        mark = "[green]✔[/]" if outcome.right else "[red]✘[/]"
        claim = escape(failed[0].says) if failed else ""
        table.add_row(mark, case.fault.name, case.name, escape(case.says), _said(outcome), claim)
    for scenario, one in ((certificate.scenario, one) for certificate in certificates for one in certificate.answered):
        mark = {"holds": "[green]✔[/]", "fails": "[red]✘[/]"}.get(one.verdict, "–")
        table.add_row(mark, scenario, one.name, escape(one.says), one.verdict, escape(one.problem))
    return table
