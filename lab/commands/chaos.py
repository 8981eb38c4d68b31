"""`lab chaos`: switch faults on in the running platform, each for a while, and off again."""

from urllib.parse import urlencode

import click

from lab import chaos_export, chaos_text, console, durations
from lab.blast.command import of_journal
from lab.chaos_client import ask
from lab.chaos_scenarios import commands as scenarios
from lab.home import Home
from lab.lever import touch

SHORTEST_S = 1.0
LONGEST_S = 3600.0


@click.group()
def command() -> None:
    """Faults: switch one on for a while, and off again."""


for verb in (scenarios.run, scenarios.schedule, scenarios.scenarios):
    command.add_command(verb)
command.add_command(chaos_export.command)
command.add_command(of_journal)


@command.command("list")
@console.home
@console.as_json
def list_faults(home: Home, *, as_json: bool) -> None:
    """List what can be switched on, and where."""
    answer = ask(home, "GET", "/faults")
    console.show(answer, lambda: chaos_text.faults(answer["faults"]), as_json=as_json)


@command.command()
@click.argument("name")
@click.option(
    "--on", "on", multiple=True, metavar="WHERE", help="Service, replica, or edge: order-service->inventory-service."
)
@click.option("--set", "params", multiple=True, metavar="NAME=VALUE", help="A parameter; lab chaos list shows them.")
@click.option(
    "--for",
    "duration_s",
    type=durations.Duration(SHORTEST_S, LONGEST_S),
    default="10m",
    show_default=True,
    metavar="DURATION",
    help="When it goes off by itself: 30s, 5m, from 1s to 1h.",
)
@click.option(
    "--percent", type=click.FloatRange(0, 100, min_open=True), metavar="P", help="Share of calls that meet it."
)
@click.option("--baggage", metavar="KEY=VALUE", help="Only requests that carry this baggage meet it.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Decides which calls; drawn when left out.")
@click.option("--accept-partial", is_flag=True, help="Leave it on although some replica has not applied it.")
@console.home
@console.as_json
def inject(
    home: Home,
    name: str,
    on: tuple[str, ...],
    params: tuple[str, ...],
    duration_s: float,
    percent: float | None,
    baggage: str | None,
    seed: int | None,
    *,
    accept_partial: bool,
    as_json: bool,
) -> None:
    """Switch the fault NAME on for a while.

    Returns when every replica that has it has applied it.
    """
    order: dict[str, object] = {"fault": name, "duration_s": duration_s, "accept_partial": accept_partial}
    order |= {"on": list(on), "params": dict(map(chaos_text.parameter, params)), "actor": console.person()}
    order |= {key: value for key, value in (("percent", percent), ("seed", seed)) if value is not None}
    if baggage is not None:
        key, value = chaos_text.pair(baggage, "--baggage")
        order["baggage"] = {"key": key, "value": value}
    answer = ask(home, "POST", "/activations", order)
    console.show(answer, lambda: chaos_text.injected(answer, duration_s), as_json=as_json)


@command.command()
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="Whatever is on; and refuse more until: lab chaos release.")
@console.home
@console.as_json
def stop(home: Home, name: str | None, *, everything: bool, as_json: bool) -> None:
    """Switch the fault NAME off, or pull the stop lever.

    With --all nothing can be switched on until the lever is released. Stopping what is off already is fine.
    """
    if everything == (name is not None):
        raise click.UsageError("Write which fault to stop, or --all for everything that is on.")
    if everything:
        touch(home)  # the lever itself: it also works when the controller does not
        answer = ask(home, "POST", "/lever", {"reason": f"{console.person()}: lab chaos stop --all"})
    else:
        answer = ask(home, "POST", f"/stop?{urlencode({'fault': name})}")
    console.show(answer, lambda: chaos_text.stopped(answer, name), as_json=as_json)


@command.command()
@console.home
@console.as_json
def release(home: Home, *, as_json: bool) -> None:
    """Release the stop lever: faults can be switched on again."""
    answer = ask(home, "DELETE", "/lever")
    console.show(answer, lambda: "The lever is released. What was on stays off.", as_json=as_json)


@command.command()
@console.home
@console.as_json
def status(home: Home, *, as_json: bool) -> None:
    """Show what is on, for how long, and who is connected."""
    answer = ask(home, "GET", "/status")
    console.show(answer, lambda: chaos_text.status(answer), as_json=as_json)


@command.command()
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, metavar="N", help="Most to show.")
@console.home
@console.as_json
def history(home: Home, limit: int, *, as_json: bool) -> None:
    """Show what was ever on, latest first: the journal."""
    answer = ask(home, "GET", f"/activations?{urlencode({'limit': limit})}")
    console.show(answer, lambda: chaos_text.history(answer["activations"]), as_json=as_json)


@command.command()
@click.argument("activation")
@click.option("--chaostoolkit", is_flag=True, help="As a journal of Chaos Toolkit, in JSON.")
@console.home
@console.as_json
def show(home: Home, activation: str, *, chaostoolkit: bool, as_json: bool) -> None:
    """Show one ACTIVATION (its id is in the history) with every step that it took."""
    form = "/chaostoolkit" if chaostoolkit else ""
    answer = ask(home, "GET", f"/activations/{activation}{form}")
    console.show(answer, lambda: chaos_text.biography(answer), as_json=as_json or chaostoolkit)
