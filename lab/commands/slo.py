"""`lab slo`: the objectives, and what is left of their error budgets."""

import click

from lab import alerting_client, alerting_text, console
from lab.home import Home


@click.command()
@console.home
@console.as_json
def command(home: Home, *, as_json: bool) -> None:
    """Show objectives, error budgets and how fast they are spent."""
    answer = alerting_client.ask(home, "/objectives")
    console.show(answer, lambda: alerting_text.objectives(answer), as_json=as_json)
