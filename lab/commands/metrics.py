"""`lab metrics`: which metrics there are, and what they stand at."""

from typing import TYPE_CHECKING

import click

from lab import console
from lab.evidence.asking import ask
from lab.evidence.measuring import Asked, Measure, measured
from lab.evidence.options import Series, Span, since
from lab.home import Home
from observability.evidence.model import Selector
from observability.evidence.wire import plain

if TYPE_CHECKING:
    from rich.console import RenderableType


def _labels(_context: click.Context, _option: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(name.strip() for name in value.split(",") if name.strip())


@click.command()
@click.argument("selector", type=Series(), required=False)
@click.option("--rate", is_flag=True, help="By how much a counter rises per second.")
@click.option("--increase", is_flag=True, help="By how much a counter rose.")
@click.option("--quantile", type=click.FloatRange(0, 1), metavar="Q", help="Of a histogram: 0.95, for instance.")
@click.option("--by", callback=_labels, metavar="LABEL,…", help="The sum of each group; '' for the sum of all.")
@since()
@click.option("--range", "as_range", is_flag=True, help="Every point, instead of a trend.")
@click.option("--step", "step_s", type=Span(), metavar="DURATION", help="From one point to the next: 15s.")
@console.home
@console.as_json
def command(
    home: Home,
    selector: Selector | None,
    quantile: float | None,
    by: tuple[str, ...] | None,
    since: str,
    step_s: float | None,
    *,
    rate: bool,
    increase: bool,
    as_range: bool,
    as_json: bool,
) -> None:
    """Show what a metric stands at, for every series that fits; or which metrics there are.

    SELECTOR is PromQL's: orders_total, or with conditions '{outcome!="confirmed",instance=~"order.*"}' behind the name.
    Of a histogram, --quantile takes the name without _bucket.
    """
    if rate + increase + (quantile is not None) > 1:
        raise click.UsageError("Write one of --rate, --increase and --quantile.")
    if selector is None:
        if rate or increase or by is not None or as_range or quantile is not None:
            raise click.UsageError("Write which metric is meant. See what there is: lab metrics")
        _list(home, as_json=as_json)
        return
    measure: Measure = "rate" if rate else "increase" if increase else "value" if quantile is None else "quantile"
    asked = Asked(selector, measure, quantile, by, since, step_s)
    found = ask(home, lambda evidence: measured(evidence, asked))

    def text() -> "RenderableType":
        from lab.evidence import metrics_text  # noqa: PLC0415 -- not needed for --json

        if not found.series:
            click.echo(f"nothing found: no series of {found.metric} fits", err=True)
            return ""
        click.echo(click.style(metrics_text.headline(found), bold=True), err=True)
        return metrics_text.points(found) if as_range else metrics_text.table(found)

    console.show(plain(found), text, as_json=as_json)


def _list(home: Home, *, as_json: bool) -> None:
    names = ask(home, lambda evidence: evidence.metrics())
    from lab.evidence import meanings, metrics_text  # noqa: PLC0415 -- the vocabulary takes a while to load

    found = meanings.meanings(names)
    console.show({"metrics": plain(found)}, lambda: metrics_text.names(found), as_json=as_json)
