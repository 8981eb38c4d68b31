"""`lab leaks`: whether a scenario can be told from what trainees can reach, without finding out."""

import secrets
from typing import TYPE_CHECKING

import click

from lab import console
from lab.chaos_scenarios.commands import MOST_SEED, keep_option, observe_option, seed_option
from lab.home import Home

if TYPE_CHECKING:
    from rich.console import RenderableType

    from lab.leaks.scan import Scan


@click.command()
@click.argument("scenario")
@seed_option
@observe_option
@keep_option
@console.home
@console.as_json
@click.pass_context
def command(
    ctx: click.Context, home: Home, scenario: str, seed: int | None, hold_s: float, *, keep_data: bool, as_json: bool
) -> None:
    """Play SCENARIO and search all that a trainee can reach for words that give it away.

    Searched are logs, spans, metrics, pages and headers of every service, titles, threads and environments of
    processes, and the documents that trainees are given; for names of faults and scenarios, and for telling words.

    Exit code 0: nothing found. 1: something found, or the scenario did not go as expected. 2: it cannot be played.
    """
    from chaos.runner.ports import Nobody  # noqa: PLC0415 -- loads slowly, as everything below
    from chaos.runner.run import Options  # noqa: PLC0415
    from chaos.scenario import loading  # noqa: PLC0415
    from lab.chaos_client import ask  # noqa: PLC0415
    from lab.chaos_scenarios import choosing, interruptible, surroundings  # noqa: PLC0415
    from lab.chaos_scenarios.onlooker import Onlooker  # noqa: PLC0415
    from lab.leaks.scan import scan  # noqa: PLC0415
    from lab.leaks.words import Words  # noqa: PLC0415

    own_seed = secrets.randbelow(MOST_SEED) if seed is None else seed
    options = Options(seed=own_seed, hold_s=hold_s, keep_data=keep_data, actor="lab leaks")
    with choosing.told():
        chosen = choosing.by_name_or_file(scenario)
        around = surroundings.of(home, Nobody() if as_json else Onlooker(console.screen()))
        faults = [fault["name"] for fault in ask(home, "GET", "/faults")["faults"]]
        words = Words(faults, [chosen.name, *(one.name for one in loading.catalogue())])
        found = interruptible.run(scan(home, chosen, options, around, words))
    console.show(found.as_json(), lambda: _text(found), as_json=as_json)
    ctx.exit(0 if found.sealed else 1)


def _text(found: "Scan") -> "RenderableType":
    from rich.console import Group  # noqa: PLC0415 -- as above
    from rich.table import Table  # noqa: PLC0415

    searched = ", ".join(f"{surface} {size / 1e6:.2f} MB" for surface, size in found.searched.items())
    lines = [f"Searched: {searched}.", *(f"Not searched: {reason}" for reason in found.unreachable)]
    if found.result.exit_code != 0:
        lines.append(f"The scenario did not go as expected, so this proves little: {found.result.reason}")
    if not found.findings:
        return "\n".join([*lines, "Nothing gives it away."])
    table = Table("surface", "where", "word", "times", "excerpt", box=None, header_style="bold")
    for one in found.findings:
        table.add_row(one.surface, one.where, one.word, str(one.count), one.excerpt)
    return Group("\n".join(lines), table, f"{len(found.findings)} places give it away.")
