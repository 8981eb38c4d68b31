"""`lab show`: one scenario, as those may see it who play; or, for instructors, its answer."""

from typing import TYPE_CHECKING, Any

import click

from lab import console
from lab.home import Home

if TYPE_CHECKING:
    from chaos.scenario.model import Scenario


@click.command()
@click.argument("scenario", metavar="NAME")
@click.option("--answer", "with_answer", is_flag=True, help="Also what is wrong. Asks for a token where one is needed.")
@console.home
@console.as_json
def command(home: Home, scenario: str, *, with_answer: bool, as_json: bool) -> None:
    """Show what the pager says in the scenario NAME.

    Where a lab's controller takes tokens, the answer is for whoever shows one of an operator; while a drill for one
    is on, for nobody.
    """
    from chaos.scenario import loading  # noqa: PLC0415 -- takes longer than all the rest
    from lab.chaos_scenarios.choosing import told  # noqa: PLC0415 -- as above
    from lab.playing.unsealing import ensure_unsealed  # noqa: PLC0415 -- as above

    with told():
        chosen = loading.read(scenario)
    shown: dict[str, Any] = {"name": chosen.name, "page": chosen.page.strip()}
    if with_answer:
        ensure_unsealed(home)
        shown |= {"title": chosen.title, "answer": chosen.answer.model_dump(mode="json")}
        shown |= {"hints": [one.model_dump() for one in chosen.hints]}
    console.show(shown, lambda: _drawn(chosen, with_answer=with_answer), as_json=as_json)


def _drawn(scenario: "Scenario", *, with_answer: bool) -> str:
    from lab.playing.text import truth  # noqa: PLC0415 -- as above

    page = scenario.page.strip()
    herrings = [one.model_dump() for one in scenario.red_herrings]
    return "\n".join([page, "", scenario.title, "", *truth(scenario.answer, herrings)]) if with_answer else page
