"""`lab play`: the drill for one."""

import secrets

import click

from lab import console, durations
from lab.chaos_scenarios.commands import keep_option, seed_option
from lab.home import Home

# Whatever knows scenarios is imported where it is used: it takes longer than all the rest of a short verb.
MOST_LEVEL = 4
MOST_SEED = 2**32 - 1
SOON_S = (1.0, 10.0)
LEAST_SHARE = 0.2
"""Of the longest wait: the shortest."""


@click.command()
@click.argument("what", metavar="[status]", type=click.Choice(["status"]), required=False)
@click.option("--level", type=click.IntRange(1, MOST_LEVEL), metavar="N", help="1 loud … 4 emergent; else any.")
@click.option("--tag", metavar="TAG", help="Only scenarios with this tag.")
@click.option("--scenario", metavar="NAME", help="This one, for practice: then it is not hidden from you.")
@seed_option
@click.option(
    "--within",
    "within_s",
    type=durations.Duration(1, 3600),
    default="5m",
    show_default=True,
    metavar="DURATION",
    help="When it begins at the latest.",
)
@click.option("--soon", is_flag=True, help="It begins within ten seconds.")
@keep_option
@console.home
@console.as_json
def command(
    home: Home,
    what: str | None,
    level: int | None,
    tag: str | None,
    scenario: str | None,
    seed: int | None,
    within_s: float,
    *,
    soon: bool,
    keep_data: bool,
    as_json: bool,
) -> None:
    """Play a drill: something goes wrong at some moment, and you are on call. With `status`: where it stands.

    It stays in this terminal, which is your pager; work in another one. Ctrl-C breaks it off, and all is as it was
    within seconds. docs/playing.md has the rules.
    """
    from lab.playing import asking, text  # noqa: PLC0415 -- see above

    if what == "status":
        answer = asking.call(home, "status")
        console.show(answer, lambda: console.typed(text.status(answer), home), as_json=as_json)
        return
    from lab.chaos_scenarios import interruptible  # noqa: PLC0415 -- see above
    from lab.playing.running import Asked, run  # noqa: PLC0415 -- see above

    asked = Asked(
        seed=secrets.randbelow(MOST_SEED) if seed is None else seed,
        level=level,
        tag=tag,
        scenario=scenario,
        delay_s=SOON_S if soon else (LEAST_SHARE * within_s, within_s),
        keep_data=keep_data,
        is_silent=as_json,
    )
    answer = interruptible.run(run(home, asked))
    console.show(answer, lambda: "", as_json=as_json)
