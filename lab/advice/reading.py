"""What the verbs of `lab advise` share: their options, the document, and what is wrong with a question."""

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from advisor.calm.errors import AdvisorError
from advisor.calm.source import DOCUMENT
from lab import console
from lab.errors import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.calm.model import Architecture

Verb = TypeVar("Verb", bound=Callable[..., None])


def options(function: Verb) -> Verb:
    """Add `--file`, `--offline`, `--home` and `--json`."""
    file = click.option(
        "--file", "file", type=click.Path(path_type=Path, dir_okay=False), default=DOCUMENT, metavar="FILE",
        help="Another CALM document than ours.",
    )  # fmt: skip
    offline = click.option("--offline", is_flag=True, help="From the document alone, even if a lab runs.")
    return file(offline(console.home(console.as_json(function))))


@contextmanager
def translated() -> "Iterator[None]":
    """Turn what the advisor finds wrong into an error of the command line: exit code 2."""
    try:
        yield
    except AdvisorError as error:
        raise Usage(error.message, hint=error.hint) from error


def document(file: Path = DOCUMENT) -> "Architecture":
    """Read a document. Raises the errors of the advisor."""
    from advisor.calm.reading import load  # noqa: PLC0415 -- not needed for --help

    return load(file)
