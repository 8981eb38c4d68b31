"""The verbs `run`, `schedule` and `scenarios` of `lab chaos`."""

import secrets
from typing import Any

import click

from lab import console, durations
from lab.chaos_scenarios.spans import Span
from lab.home import Home

# Whatever knows scenarios is imported where it is used: it takes longer than all the rest of a short verb.
MOST_SEED = 2**32 - 1
MOST_ACTOR = 100
"""Characters that the controller keeps of who asked."""
seed_option = click.option(
    "--seed", type=click.IntRange(0, MOST_SEED), metavar="N", help="The same seed, the same again; else one is drawn."
)
observe_option = click.option(
    "--observe",
    "hold_s",
    type=durations.Duration(0, 3600),
    default="0s",
    metavar="DURATION",
    help="How long it stays on at least, also when all symptoms have been seen: 60s.",
)
keep_option = click.option("--keep-data", is_flag=True, help="Leave orders and invoices as they are at the end.")


@click.command()
@click.argument("scenario")
@seed_option
@observe_option
@click.option(
    "--trigger-only",
    is_flag=True,
    help="Leave out what is wrong in our own code: no symptom may be seen, and all has to stay well.",
)
@click.option("--dry-run", is_flag=True, help="Check the file, print what would be done, and touch nothing.")
@keep_option
@console.home
@console.as_json
@click.pass_context
def run(ctx: click.Context, /, home: Home, scenario: str, *, dry_run: bool, as_json: bool, **options: Any) -> None:
    """Play SCENARIO: steady, inject, observe, stop, steady again; then restore all.

    SCENARIO is a name that `lab chaos scenarios` lists, or a file of your own: my/idea.toml.

    Exit code 0: as expected. 1: not as expected, or interrupted. 2: it cannot be played, and nothing was touched.
    """
    from chaos.runner.playing import play  # noqa: PLC0415 -- see above
    from chaos.runner.ports import Nobody  # noqa: PLC0415 -- see above
    from chaos.runner.run import Options  # noqa: PLC0415 -- see above
    from lab.chaos_scenarios import choosing, interruptible, listing, surroundings  # noqa: PLC0415 -- see above
    from lab.chaos_scenarios.onlooker import Onlooker, summary  # noqa: PLC0415 -- see above

    chosen_options = Options(
        seed=secrets.randbelow(MOST_SEED) if options["seed"] is None else options["seed"],
        hold_s=options["hold_s"],
        keep_data=options["keep_data"],
        is_trigger_only=options["trigger_only"],
        actor=f"lab chaos run {scenario}"[:MOST_ACTOR],
    )
    with choosing.told():
        chosen = choosing.by_name_or_file(scenario)
        if dry_run:
            console.show(listing.plan(chosen), lambda: listing.planned(chosen), as_json=as_json)
            return
        around = surroundings.of(home, Nobody() if as_json else Onlooker(console.screen()))
        result = interruptible.run(play(chosen, chosen_options, around))
    console.show(result.model_dump(mode="json"), lambda: console.typed(summary(result), home), as_json=as_json)
    ctx.exit(result.exit_code)


@click.command()
@seed_option
@click.option(
    "--for",
    "lasts_s",
    type=durations.Duration(60, 24 * 3600),
    default="30m",
    show_default=True,
    metavar="DURATION",
    help="How long the night is.",
)
@click.option(
    "--pause",
    "pause_s",
    type=Span(0, 3600),
    default="30s..120s",
    show_default=True,
    metavar="LEAST..MOST",
    help="How long nothing happens between two scenarios.",
)
@click.option(
    "--hold",
    "hold_s",
    type=Span(1, 3600),
    default="60s",
    show_default=True,
    metavar="LEAST..MOST",
    help="How long a scenario stays on at least.",
)
@click.option(
    "--concurrent", type=click.IntRange(1, 8), default=1, show_default=True, help="How many may be on at once."
)
@click.option("--only", multiple=True, metavar="TAG|NAME", help="Choose from these only; can be given several times.")
@click.option("--dry-run", is_flag=True, help="Print what the night would be, and touch nothing.")
@keep_option
@console.home
@console.as_json
@click.pass_context
def schedule(ctx: click.Context, /, home: Home, *, as_json: bool, dry_run: bool, **options: Any) -> None:
    """Play random scenarios with pauses between them; the same seed plays the same night.

    Each is switched off and restored before the next; Ctrl-C ends the night the same way.
    """
    from lab.chaos_scenarios import nights  # noqa: PLC0415 -- see above

    if options["seed"] is None:
        options["seed"] = secrets.randbelow(MOST_SEED)
    night = nights.planned(**options)
    if dry_run:
        console.show(night.as_json(), night.drawn, as_json=as_json)
        return
    answer = nights.played(home, night, silent=as_json)
    console.show(answer, lambda: console.typed(nights.summary(answer), home), as_json=as_json)
    ctx.exit(0 if answer["as_expected"] else 1)


@click.command()
@console.as_json
def scenarios(*, as_json: bool) -> None:
    """List the scenarios: name, level, tags, how long people take over them."""
    from chaos.scenario import loading  # noqa: PLC0415 -- see above
    from lab.chaos_scenarios import choosing, listing  # noqa: PLC0415 -- see above

    with choosing.told():
        catalogue = loading.catalogue()
    console.show({"scenarios": listing.rows(catalogue)}, lambda: listing.drawn(catalogue), as_json=as_json)
