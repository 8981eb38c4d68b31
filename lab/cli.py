"""The command `lab`. Each verb is a module of `lab.commands` that exports a click command named `command`."""

import json
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

import lab.commands
from lab.console import AS_JSON, HOME, at_home, pasteable
from lab.errors import LabError, Usage
from lab.settings import environment
from lab.stack import delegate
from lab.title import conceal


class Verbs(click.Group):
    """Finds verbs in `lab/commands` and loads only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click hands it over
        """Return the names of all verbs."""
        return sorted(module.name for module in pkgutil.iter_modules(lab.commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one verb, or nothing when there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"lab.commands.{cmd_name}").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what stands before the verb, and whether errors are to be told in JSON: also those made on the way."""
        ctx.meta[AS_JSON] = "--json" in args
        with _translated(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; an error of ours becomes a sentence and exit code 2."""
        with _translated(ctx):
            return super().invoke(ctx)


@contextmanager
def _translated(ctx: click.Context) -> Iterator[None]:
    try:
        yield
    except LabError as error:
        error.hint = at_home(error.hint, ctx.meta.get(HOME))
        _tell(error, as_json=ctx.meta[AS_JSON])
        ctx.exit(error.exit_code)
    except click.UsageError as error:
        if not ctx.meta[AS_JSON]:
            raise  # click shows it, with the usage
        path = (error.ctx or ctx).command_path
        _tell(Usage(error.format_message(), hint=f"See how it is called: {path} --help"), as_json=True)
        ctx.exit(error.exit_code)


def _tell(error: LabError, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"error": error.as_json()}))
        return
    click.echo(click.style("lab: ", bold=True) + click.style(error.message, fg="red"), err=True)
    if error.hint:
        click.echo(f"     {pasteable(error.hint)}", err=True)


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="nightshift", prog_name="lab")
@click.option(delegate.FLAG, is_flag=True, expose_value=False, help="The lab in containers, whatever runs besides.")
def root() -> None:
    """Nightshift: a shop made of small services, to be watched, broken and put back."""


def main() -> None:
    """Run the command line."""
    conceal(sys.argv[1:])
    if sys.stdout.encoding.lower() != "utf-8":
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        code = delegate.main(sys.argv[1:], environment())
    except LabError as error:
        _tell(error, as_json="--json" in sys.argv)
        code = error.exit_code
    if code is not None:
        sys.exit(code)
    root(prog_name="lab")
