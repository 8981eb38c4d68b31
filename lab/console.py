"""What every verb shares: `--home`, `--json`, and the way results are shown.

A verb reads:

@click.command()
@console.home
@console.as_json
def command(home: Home, *, as_json: bool) -> None: ...
"""

import getpass
import json
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lab.home import Home

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

F = TypeVar("F", bound=Callable[..., Any])
AS_JSON = "lab.as_json"
HOME = "lab.home"
DEFAULT_HOME = ".lab"
VERBS = (
    r"ack|alerts|answer|coverage|doctor|down|drift|graph|hint|impact|leaks|logs|metrics|play|prove|reset|restart|reveal|scores|"
    r"show|slo|status|top|traces?|up"
)
COMMAND = re.compile(rf"\blab(?= (?:advise|arch|certify|chaos|load|ops|scenarios|workspace|{VERBS})\b)")
AT_HOME = re.compile(
    rf"\blab (?:ops dead-letters [a-z]+|(?:advise|chaos|load|ops) [a-z-]+|{VERBS})\b"
    r"(?! --home)"
)


def home(function: F) -> F:
    """Add `--home`, which arrives as `home: Home`."""

    def remember(context: click.Context, _: click.Parameter, value: str) -> Home:
        home = context.find_root().meta[HOME] = Home.at(value)
        return home

    return click.option(
        "--home",
        metavar="DIR",
        default=DEFAULT_HOME,
        show_default=True,
        envvar="LAB_HOME",
        show_envvar=True,
        callback=remember,
        help="Folder of the lab.",
    )(function)


def as_json(function: F) -> F:
    """Add `--json`, which arrives as `as_json: bool`; errors are then told in JSON as well."""

    def remember(context: click.Context, _: click.Parameter, value: bool) -> bool:  # noqa: FBT001 -- click calls it so
        context.find_root().meta[AS_JSON] = value
        return value

    return click.option("--json", "as_json", is_flag=True, callback=remember, is_eager=True, help="For programs.")(
        function
    )


def show(data: Any, text: "Callable[[], RenderableType]", *, as_json: bool) -> None:
    """Print `data` as JSON, or for a person what `text` returns: a string or anything that rich can draw."""
    if as_json:
        click.echo(json.dumps(data, indent=2 if sys.stdout.isatty() else None))
        return
    drawn = text()
    if isinstance(drawn, str):
        click.echo(drawn, nl=bool(drawn))
    else:
        screen().print(drawn)


def pasteable(text: str) -> str:
    """Write every `lab VERB` in `text` as it can be typed here: the command need not be on the person's path."""
    return COMMAND.sub(_own_command(), text)


def at_home(text: str, home: Home | None) -> str:
    """Give every `lab VERB` in `text` the `--home` that it needs to mean the same lab."""
    if home is None or home == Home.at(DEFAULT_HOME):
        return text
    return AT_HOME.sub(lambda found: f"{found[0]} --home {shlex.quote(str(home))}", text)


def person() -> str:
    """Return who types, for what is written down."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that has no name
        return "somebody"


def typed(text: str, home: Home) -> str:
    """Write every `lab VERB` in `text` as it can be typed here and means the lab in `home`."""
    return pasteable(at_home(text, home))


def chosen_home() -> Home | None:
    """Return the home that the verb at work was given, if it has one."""
    context = click.get_current_context(silent=True)
    return context.find_root().meta.get(HOME) if context else None


def _own_command() -> str:
    mine = Path(sys.executable).with_name("lab")
    found = shutil.which("lab")
    if not mine.exists() or (found and Path(found).samefile(mine)):
        return "lab"
    return shlex.quote(str(mine.relative_to(Path.cwd()) if mine.is_relative_to(Path.cwd()) else mine))


def screen(*, stderr: bool = False) -> "Console":
    """Return a rich console that neither wraps nor colours what goes into a pipe."""
    from rich.console import Console  # noqa: PLC0415 -- costs more than all the rest of a short verb

    stream = sys.stderr if stderr else sys.stdout
    return Console(
        stderr=stderr, highlight=False, soft_wrap=not stream.isatty(), width=None if stream.isatty() else 200
    )
