"""`python -m lab.reference [--check]`, in the project's folder."""

from pathlib import Path

import click

from lab.reference.markers import renewed
from lab.reference.parts import parts

DOCS = Path(__file__).resolve().parents[2] / "docs"


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when a page is not current.")
@click.argument("pages", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, metavar="[PAGE…]")
@click.pass_context
def command(context: click.Context, pages: tuple[Path, ...], *, check: bool) -> None:
    """Renew the generated parts of all pages, or of the PAGEs named."""
    drawn, old = parts(), []
    for page in pages or sorted(DOCS.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        if (new := renewed(text, drawn)) != text:
            old.append(page)
            if not check:
                page.write_text(new, encoding="utf-8")
    for page in old:
        click.echo(f"{page.name}: {'not current, run make docs' if check else 'renewed'}")
    context.exit(1 if check and old else 0)


if __name__ == "__main__":
    command()
