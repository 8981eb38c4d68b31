"""`lab graph`: who calls whom."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab import console
from lab.errors import LabError
from lab.evidence.asking import ask, window_since
from lab.evidence.options import since
from lab.home import Home
from observability.evidence.model import ServiceGraph
from observability.evidence.wire import plain

if TYPE_CHECKING:
    from rich.console import RenderableType

    from observability.evidence.evidence import Evidence


@click.command()
@click.option(
    "--svg", "file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Draw it into FILE, as SVG."
)
@since()
@console.home
@console.as_json
def command(home: Home, file: Path | None, since: str, *, as_json: bool) -> None:
    """Show who calls whom, as traces tell: how often, with how many errors, how fast; and cycles."""

    async def question(evidence: "Evidence") -> ServiceGraph:
        return await evidence.graph(await window_since(evidence, since))

    graph = ask(home, question)
    if file is not None:
        _draw(graph, file)

    def text() -> "RenderableType":
        if file is not None:
            return f"{file}: {len(graph.services)} services, {len(graph.edges)} ways between them"
        if not graph.services:
            click.echo("nothing found: there is no trace. Look further back: --since 1h.", err=True)
            return ""
        from lab.evidence import graph_text  # noqa: PLC0415 -- not needed for --json

        return graph_text.text(graph)

    console.show(plain(graph), text, as_json=as_json)


def _draw(graph: ServiceGraph, file: Path) -> None:
    from lab.evidence.graph_svg import svg  # noqa: PLC0415 -- only for a picture

    try:
        file.write_text(svg(graph), encoding="utf-8")
    except OSError as error:
        raise LabError(
            f"{file} cannot be written: {error.strerror}.", hint="Choose another place: --svg FILE"
        ) from error
