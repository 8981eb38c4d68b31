"""`lab arch`: the architecture document."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.calm.errors import AdvisorError
from advisor.calm.source import DOCUMENT
from lab import console
from lab.errors import LabError, Usage

if TYPE_CHECKING:
    from advisor.calm.model import Architecture

FILE = click.Path(path_type=Path, dir_okay=False)
OF = click.option(
    "--file", "file", type=FILE, default=DOCUMENT, metavar="FILE", help="Another CALM document than ours."
)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except AdvisorError as error:
        raise Usage(error.message, hint=error.hint) from error


@click.group()
def command() -> None:
    """The architecture document: check it, read it, draw it, compare it."""


@command.command()
@click.argument("file", type=FILE, required=False, metavar="[FILE]")
@click.option("--strict", is_flag=True, help="A warning is too much as well.")
@click.option("--format", "form", type=click.Choice(("pretty", "json", "junit")), default="pretty", show_default=True)
@click.option("--url-mapping", "mapped", type=FILE, metavar="FILE", help="JSON: which URL is which file, for schemas.")
@console.as_json
@click.pass_context
def validate(
    context: click.Context, file: Path | None, form: str, mapped: Path | None, *, strict: bool, as_json: bool
) -> None:
    """Check FILE, a CALM 1.2 architecture, timeline or decorator, or else our own document.

    All that the official validator checks, with the same severities, and what people on call would miss.

    Exit code 0: valid. 1: an error, or with --strict a warning. 2: it cannot be read.
    """
    from advisor.calm.schemas import Schemas, mapping  # noqa: PLC0415 -- the schema library loads slowly
    from advisor.lint import formats  # noqa: PLC0415 -- as above
    from advisor.lint.validating import validate as validated  # noqa: PLC0415 -- as above
    from lab.arch import report_text  # noqa: PLC0415 -- as above

    with _translated():
        report = validated(file or DOCUMENT, Schemas(mapping(mapped) if mapped else None))
    if form == "junit":
        click.echo(formats.junit(report, strict=strict))
    else:
        data = formats.data(report, strict=strict)
        console.show(data, lambda: report_text.text(report, strict=strict), as_json=as_json or form == "json")
    context.exit(1 if report.fails(strict=strict) else 0)


@command.command()
@click.argument("name", required=False, metavar="[NODE]")
@OF
@console.as_json
def show(name: str | None, file: Path, *, as_json: bool) -> None:
    """Show NODE, a flow or a relationship, and where each fact stands; or list nodes and flows."""
    from advisor.part import facts, part  # noqa: PLC0415 -- not needed by the others
    from lab.arch import part_text  # noqa: PLC0415 -- as above

    with _translated():
        document = _read(file)
        if name is None:
            data = part_text.overview(document)
            console.show(data, lambda: part_text.nodes(document), as_json=as_json)
            if not as_json:
                console.show(None, lambda: "", as_json=False)
                console.show(None, lambda: part_text.flows(document), as_json=False)
            return
        one = part(document, name)
    told = facts(document, one)
    plain = {"id": one.id, "pointer": one.pointer, "facts": [asdict(fact) for fact in told]}
    console.show(plain, lambda: part_text.part(document, one, told), as_json=as_json)


@command.command()
@click.option("--svg", "picture", type=FILE, metavar="FILE", help="Draw it into FILE, as SVG.")
@OF
@console.as_json
def graph(picture: Path | None, file: Path, *, as_json: bool) -> None:
    """Show who calls whom, as the document has it. What really calls whom: lab graph."""
    from lab.arch import graph_svg, graph_text  # noqa: PLC0415 -- not needed by the others

    with _translated():
        document = _read(file)
    if picture is not None:
        _write(picture, graph_svg.svg(document))
    calls = [
        {"id": one.id, "from": one.ends[0].node, "to": one.ends[1].node, "protocol": one.protocol, "at": one.pointer}
        for one in document.connections
    ]
    drawn = f"{picture}: {len(document.nodes)} nodes, {len(calls)} calls"
    console.show({"calls": calls}, lambda: drawn if picture else graph_text.text(document), as_json=as_json)


@command.command()
@click.argument("one", type=FILE, metavar="A")
@click.argument("other", type=FILE, metavar="B")
@console.as_json
@click.pass_context
def diff(context: click.Context, one: Path, other: Path, *, as_json: bool) -> None:
    """Show what the document B has otherwise than A; parts are the same when they have the same id.

    Exit code 0: no difference. 1: there is one. 2: a file cannot be read.
    """
    from advisor.difference import difference  # noqa: PLC0415 -- not needed by the others
    from lab.arch import difference_text  # noqa: PLC0415 -- as above

    with _translated():
        changes = difference(_read(one), _read(other))
    data = {"changes": [asdict(change) for change in changes]}
    console.show(data, lambda: difference_text.text(changes), as_json=as_json)
    context.exit(1 if changes else 0)


@command.command()
@click.argument("file", type=FILE, required=False, metavar="[FILE]")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path),
    default="architecture-site",
    show_default=True,
    metavar="DIR",
    help="Folder to write it into: empty, new, or written by this verb before.",
)
@console.as_json
def site(file: Path | None, folder: Path, *, as_json: bool) -> None:
    """Write FILE, or else our own document, as pages to click through; any browser opens them, without a network.

    The graph, a page for every node, flow and relationship, the documents and decisions that are named, the timeline
    and what is wrong with the document; with a search box. The folder can be served by any web server.
    """
    from lab.arch.site.building import files  # noqa: PLC0415 -- not needed by the others
    from lab.arch.site.folder import ensure_it_is_free, write  # noqa: PLC0415 -- as above

    with _translated():
        ensure_it_is_free(folder)
        texts = files(_read(file or DOCUMENT))
    write(folder, texts)
    pages = sum(name.endswith(".html") for name in texts)
    first = folder / "index.html"
    data = {"folder": str(folder), "index": str(first), "pages": pages}
    console.show(data, lambda: f"{pages} pages. Open {first} in a browser.", as_json=as_json)


def _read(file: Path) -> "Architecture":
    from advisor.calm.reading import load  # noqa: PLC0415 -- not needed for --help

    return load(file)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        hint = "Choose another place: --svg FILE"
        raise LabError(f"{file} cannot be written: {error.strerror}.", hint=hint) from error
