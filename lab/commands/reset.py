"""`lab reset`: the seed data again and every fault off, on a lab that goes on running."""

import click

from lab import chaos_client, console, control, state
from lab.errors import LabError
from lab.home import Home
from lab.progress import progress


@click.command()
@console.home
@console.as_json
def command(home: Home, *, as_json: bool) -> None:
    """Put the lab back to new: stop every fault, delete orders, payments and invoices so far."""
    control.call(home, "ping")
    stopped, problem = _stop_faults(home)
    with progress(silent=as_json) as shown:
        result = control.call(home, "reset", on_event=shown.hear)
    took_s = result["took_ms"] / 1000
    told = {**result, "faults_stopped": stopped, "faults_problem": problem and problem.as_json()}
    console.show(told, lambda: _told(took_s, problem), as_json=as_json)


def _stop_faults(home: Home) -> tuple[list[str], LabError | None]:
    """Return the faults that were on, and what was in the way of stopping them."""
    if "controller" not in state.running(home).urls:
        return [], None
    try:
        answer = chaos_client.ask(home, "POST", "/stop")
    except LabError as error:
        return [], error
    return [one["fault"] for one in answer["stopped"]], None


def _told(took_s: float, problem: LabError | None) -> str:
    # Which faults were on is not told: whoever resets a lab to start over may still be looking for one.
    if problem is None:
        return f"Every fault is off, and all is as new after {took_s:.1f} s."
    return f"{problem.message} What was on may still be on.\nThe data is as new after {took_s:.1f} s."
