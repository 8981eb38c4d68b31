"""`lab load`: change, stop and watch the load of a running lab."""

from typing import TYPE_CHECKING, Any

import click

from lab import console, load_client
from lab.home import Home

if TYPE_CHECKING:
    from rich.console import RenderableType


@click.group()
def command() -> None:
    """Shoppers: how many there are, and in which shape they come."""


@command.command("set")
@click.option("--users", type=int, metavar="N", help="Shoppers, 0 to 2000; each makes a request every two seconds.")
@click.option(
    "--shape", metavar="NAME", help="How their number changes over time; a wrong name is answered with the list."
)
@console.home
@console.as_json
def set_load(home: Home, users: int | None, shape: str | None, *, as_json: bool) -> None:
    """Change the load, or start it again. What is not given stays as it is."""
    if users is None and shape is None:
        raise click.UsageError("Say how many --users there should be, which --shape they come in, or both.")
    answer = load_client.change(home, users, shape)
    console.show(answer, lambda: f"{answer['users_asked']} shoppers, shape {answer['shape']}", as_json=as_json)


@command.command("stop")
@console.home
@console.as_json
def stop_load(home: Home, *, as_json: bool) -> None:
    """Let the shoppers finish what they are doing, and go."""
    answer = load_client.stop(home)
    console.show(answer, lambda: f"stopped after {answer['requests']} requests", as_json=as_json)


@command.command("status")
@console.home
@console.as_json
def load_status(home: Home, *, as_json: bool) -> None:
    """Show rates, response times and failures as the shoppers see them."""
    answer = load_client.status(home)
    console.show(answer, lambda: _drawn(answer), as_json=as_json)


def _drawn(answer: dict[str, Any]) -> "RenderableType":
    from rich.console import Group  # noqa: PLC0415 -- only where something is drawn
    from rich.table import Table  # noqa: PLC0415 -- as above

    headline = (
        f"{answer['state']}: {answer['users']} of {answer['users_wanted']} shoppers ({answer['shape']}), "
        f"{answer['requests_per_s']:.1f} requests/s, {answer['failures_per_s']:.1f} failures/s, "
        f"p50 {answer['p50_ms']:.0f} ms, p95 {answer['p95_ms']:.0f} ms; "
        f"{answer['requests']} requests, {answer['failures']} failures in all"
    )
    table = Table("", "request", box=None, header_style="bold", pad_edge=False)
    for column in ("requests", "failures", "req/s", "p50 ms", "p95 ms"):
        table.add_column(column, justify="right")
    for row in answer["by_name"]:
        counts = (row["requests"], row["failures"], row["requests_per_s"], row["p50_ms"], row["p95_ms"])
        table.add_row(row["method"], row["name"], *map(str, counts), style="red" if row["failures"] else None)
    failures = [f"{row['occurrences']}x {row['method']} {row['name']}: {row['error']}" for row in answer["errors"]]
    return Group(headline, "", table, *([""] if failures else []), *failures)
