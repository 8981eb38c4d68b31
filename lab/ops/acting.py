"""What the commands of `lab ops` that change something share: who does it, and the way it is done and shown."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from lab import console, control
from lab.home import Home
from lab.ops import told

F = TypeVar("F", bound=Callable[..., Any])
PATIENCE_S = 180.0
"""Replicas are drained and started one after the other."""


def acting(function: F) -> F:
    """Add `--as`, which arrives as `by`: who does it."""
    told = "Who does it, for the record; you, unless it is said."
    return click.option("--as", "by", metavar="NAME", default=console.person, help=told)(function)


def do(home: Home, verb: str, *, as_json: bool, **arguments: Any) -> None:
    """Have an act done, and show what it has changed."""
    act = control.call(home, f"ops.{verb}", timeout_s=PATIENCE_S, **arguments)
    console.show(act, lambda: console.pasteable(console.at_home(told.act_done(act), home)), as_json=as_json)


def assignment(text: str) -> tuple[str, Any]:
    """Read NAME=VALUE; the value is JSON, or else a text. Raises click.UsageError."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise click.UsageError(f"Write NAME=VALUE, such as pool_size=8, not {text}.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
