"""`lab traces`: search the traces."""

from typing import TYPE_CHECKING

import click

from lab import console
from lab.chaos_text import pair
from lab.evidence import figures
from lab.evidence.asking import ask, window_since
from lab.evidence.listing import Cell, Column, Row, listed
from lab.evidence.options import Span, since
from lab.evidence.paging import Pages, gathered
from lab.evidence.sparkline import bar
from lab.home import Home
from lab.names import complete
from observability.evidence.model import TraceQuery, TraceSummary
from observability.evidence.wire import plain

if TYPE_CHECKING:
    from rich.console import RenderableType

    from observability.evidence.evidence import Evidence

DEFAULT_LIMIT = 20
BAR = 6
SHORT_ID = 8
COLUMNS = (
    Column("WHEN"),
    Column("TRACE"),
    Column("SERVICE"),
    Column("NAME", gives_way=True),
    Column("DURATION", right=True),
    Column("", gives_way=True, only_drawn=True),
    Column("SPANS", right=True),
    Column("ERRORS", right=True),
)


@click.command()
@click.option("--service", metavar="NAME", shell_complete=complete, help="Who did some of the work.")
@click.option("--name", metavar="SPAN", help="Name of a span: 'POST /orders'.")
@click.option("--min", "least_s", type=Span(), metavar="DURATION", help="A span that took at least this: 500ms, 2s.")
@click.option("--max", "most_s", type=Span(), metavar="DURATION", help="A span that took at most this.")
@click.option("--error/--no-error", default=None, help="A span that failed, or one that did not.")
@click.option("--attribute", "pairs", multiple=True, metavar="KEY=VALUE", help="A span that carries this; repeat it.")
@since()
@click.option(
    "-n", "--limit", type=click.IntRange(1, 10_000), default=DEFAULT_LIMIT, show_default=True, metavar="N", help="Most."
)
@click.option("--cursor", metavar="TEXT", help="Go on where the page before has ended: `cursor` of its --json.")
@console.home
@console.as_json
def command(
    home: Home,
    service: str | None,
    name: str | None,
    least_s: float | None,
    most_s: float | None,
    error: bool | None,  # noqa: FBT001 -- three states, and click calls it
    pairs: tuple[str, ...],
    since: str,
    limit: int,
    cursor: str | None,
    *,
    as_json: bool,
) -> None:
    """List traces, the latest first. One span of each meets all conditions."""
    attributes = dict(pair(one, "--attribute") for one in pairs)
    wanted = TraceQuery(service, name, least_s, most_s, error, attributes)

    async def question(evidence: "Evidence") -> Pages[TraceSummary]:
        window = await window_since(evidence, since)
        return await gathered(lambda most, at: evidence.traces(wanted, window, most, at), limit, cursor)

    found = ask(home, question)
    console.show({"items": plain(found.items), "cursor": found.cursor}, lambda: _text(found), as_json=as_json)


def _text(found: Pages[TraceSummary]) -> "RenderableType | str":
    if not found.items:
        click.echo("nothing found: no trace meets all that. Look further back: --since 1h.", err=True)
        return ""
    if found.cursor:
        click.echo(f"the latest {figures.counted(len(found.items), 'trace')}; there are more: --limit", err=True)
    longest = max(one.duration_s for one in found.items)
    return listed(COLUMNS, [_row(one, longest) for one in found.items])


def _row(one: TraceSummary, longest_s: float) -> Row:
    style = "red" if one.errors else ""
    share = one.duration_s / longest_s if longest_s else 0.0
    return (
        Cell(figures.clock(one.start_s), "bright_black", figures.clock(one.start_s)[:8]),
        Cell(one.trace_id, "", one.trace_id[:SHORT_ID]),
        one.service,
        Cell(one.name, style),
        Cell(figures.seconds(one.duration_s), style),
        Cell(bar(share, BAR), style or "cyan"),
        str(one.spans),
        Cell(str(one.errors) if one.errors else figures.NOTHING, style or "bright_black"),
    )
