"""`lab coverage`: whether traces are complete, logs carry their ids, and exemplars lead to them."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from lab import console, durations
from lab.home import Home

if TYPE_CHECKING:
    from rich.console import RenderableType

    from observability.coverage.sampling import Coverage

ENTRY = "load-balancer"
SETTLED_S = 10.0
"""What a request sets going has been traced by then."""
MOST_SHOWN = 20


@click.command()
@click.option(
    "--since",
    "length_s",
    type=durations.Duration(5, 7200),
    default="1m",
    show_default=True,
    metavar="TIME",
    help="Length of the window; it ends ten seconds ago, so that what was set going has been traced.",
)
@click.option(
    "--sample",
    type=click.IntRange(1, 5000),
    default=200,
    show_default=True,
    metavar="N",
    help="Requests to look at, at most.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="Decides which ones.")
@console.home
@console.as_json
@click.pass_context
def command(ctx: click.Context, home: Home, length_s: float, sample: int, seed: int, *, as_json: bool) -> None:
    """Sample requests and tell which share left complete traces.

    A trace is complete when all its parents are there and are who called, when it passes every service that its
    flow declares in the architecture document, the queue included, and when logs of each of them carry its id.
    Apart from that: which share of exemplars leads to a trace.

    Exit code 0: all of it. 1: something is missing, or there was nothing to look at.
    """
    found = _coverage(home, length_s, sample, seed)
    console.show(_data(found), lambda: _text(found), as_json=as_json)
    ctx.exit(0 if found.whole else 1)


def _coverage(home: Home, length_s: float, sample: int, seed: int) -> "Coverage":
    from lab.evidence.asking import ask  # noqa: PLC0415 -- loads slowly, as everything below
    from observability.coverage.flows import flows  # noqa: PLC0415
    from observability.coverage.sampling import coverage  # noqa: PLC0415
    from observability.evidence.evidence import Evidence  # noqa: PLC0415
    from observability.evidence.model import Window  # noqa: PLC0415
    from observability.slo.document import load  # noqa: PLC0415

    async def question(evidence: Evidence) -> "Coverage":
        end_s = await evidence.now() - SETTLED_S
        window = Window(end_s - length_s, end_s)
        return await coverage(evidence, flows(load()), window, sample=sample, seed=seed, entry=ENTRY)

    return ask(home, question)


def _data(found: "Coverage") -> dict[str, Any]:
    shares = {"complete": found.complete, "exemplars": found.exemplars}
    return {
        "window": asdict(found.window),
        "requests": found.requests,
        **{name: asdict(share) | {"percent": share.percent} for name, share in shares.items()},
        "flows": {name: asdict(share) | {"percent": share.percent} for name, share in found.flows.items()},
        "incomplete": [asdict(verdict) for verdict in found.incomplete],
        "unresolved": list(found.unresolved),
    }


def _text(found: "Coverage") -> "RenderableType":
    from rich.console import Group  # noqa: PLC0415 -- as above
    from rich.table import Table  # noqa: PLC0415

    table = Table("", "complete", "looked at", "share", box=None, header_style="bold")
    rows = {"all requests": found.complete, **{name or "of no whole flow": one for name, one in found.flows.items()}}
    for name, share in {**rows, "exemplars that lead to a trace": found.exemplars}.items():
        percent = "–" if share.percent is None else f"{share.percent:.1f} %"
        table.add_row(name, str(share.good), str(share.total), percent)
    lines = [f"{verdict.trace_id}  {'; '.join(verdict.missing)}" for verdict in found.incomplete[:MOST_SHOWN]]
    if len(found.incomplete) > MOST_SHOWN:
        lines.append(f"… and {len(found.incomplete) - MOST_SHOWN} more; --json lists all")
    lines += [
        f"{trace_id}  an exemplar leads to it, and it is not stored" for trace_id in found.unresolved[:MOST_SHOWN]
    ]
    if found.requests == 0:
        lines.append("No request was served in this window. Who shops? lab load")
    return Group(table, *lines)
