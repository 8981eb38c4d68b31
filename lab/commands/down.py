"""`lab down`: end a lab."""

import os
import signal
import time

import click

from lab import console, control, state
from lab.errors import LabError, NoAnswer, NotRunning
from lab.home import Home
from lab.lock_holders import is_held
from lab.progress import progress

GONE_WITHIN_S = 20.0


@click.command()
@console.home
@console.as_json
def command(home: Home, *, as_json: bool) -> None:
    """End the lab; what it stored stays for the next time."""
    began = time.monotonic()
    try:
        with progress(silent=as_json) as shown:
            control.call(home, "stop", on_event=shown.hear, timeout_s=GONE_WITHIN_S)
    except NotRunning:
        if not is_held(home):
            console.show({"ended": False}, lambda: f"No lab runs in {home.root}.", as_json=as_json)
            return
    except NoAnswer:
        _cut_off(home)
    _wait_until_gone(home)
    took_ms = round((time.monotonic() - began) * 1000)
    console.show({"ended": True, "took_ms": took_ms}, lambda: f"Ended in {took_ms / 1000:.1f} s.", as_json=as_json)


def _cut_off(home: Home) -> None:
    """Kill a supervisor that does not answer; all its processes end with it."""
    present = state.last(home)
    if present is not None and is_held(home):
        os.kill(present.supervisor, signal.SIGKILL)


def _wait_until_gone(home: Home) -> None:
    deadline = time.monotonic() + GONE_WITHIN_S
    while is_held(home):
        if time.monotonic() > deadline:
            raise LabError(f"Processes of the lab in {home.root} still run.", hint="See which: lab doctor")
        time.sleep(0.02)
