"""One drill in a home, from choosing to the sheet that is kept."""

import time
from dataclasses import dataclass
from typing import Any

import click

from chaos.runner.errors import LabFailed
from chaos.scenario import loading
from drill.catalogue import Entry
from drill.playing import choosing
from drill.playing.game import Game, Plan, chosen
from drill.playing.session import Session
from drill.playing.signs import MESSAGE
from lab import console, drills
from lab.chaos_scenarios.choosing import told as of_scenarios
from lab.errors import AlreadyRunning
from lab.home import Home
from lab.playing import around, asking, desk, scores, text

RULE = "─" * 78


@dataclass(frozen=True)
class Asked:
    """What a person wants to play."""

    seed: int
    level: int | None = None
    tag: str | None = None
    scenario: str | None = None
    delay_s: tuple[float, float] = choosing.DELAY_S
    keep_data: bool = False
    is_silent: bool = False


class Terminal:
    """The pager: the terminal in which `lab play` runs."""

    def __init__(self, home: Home, *, is_silent: bool) -> None:
        self._home = home
        self._is_silent = is_silent

    def page(self, text_: str, by: str) -> None:
        """Ring, and show the page."""
        cause = "Somebody calls." if by == MESSAGE else f"The alert {by} fires."
        what_next = console.typed("Acknowledge it in another terminal: lab ack", self._home)
        self.news(f"\a\n{RULE}\n{text_}\n{RULE}\n{cause} {what_next}\n")

    def news(self, what: str) -> None:
        """Show it."""
        if not self._is_silent:
            click.echo(what)


async def run(home: Home, asked: Asked) -> dict[str, Any]:
    """Play one drill in `home`; return its end as `desk.told` does. All is off and as new by then.

    Raises LabError when it cannot begin; nothing has been touched then.
    """
    if asking.is_on(home):
        raise AlreadyRunning("A drill is on already.", hint="See where it stands: lab play status")
    pager = Terminal(home, is_silent=asked.is_silent)
    surroundings = around.of(home, pager)
    with drills.told(), of_scenarios():
        catalogue = loading.catalogue() if asked.scenario is None else [loading.read(asked.scenario)]
        scenario = await chosen(choosing.listed(catalogue, asked.level, asked.tag), asked.seed, surroundings)
    is_repairable = bool(Entry(scenario).faults)
    session = Session(scenario, asked.seed, console.person(), is_repairable=is_repairable, clock=time.time)
    plan = Plan(
        seed=asked.seed,
        delay_s=choosing.moment_s(asked.seed, "delay", asked.delay_s),
        message_s=choosing.moment_s(asked.seed, "message", choosing.MESSAGE_S),
        limit_s=choosing.limit_s(scenario),
    )
    game = Game(session, plan, surroundings)
    at_desk = desk.Desk(home, game, desk.services_of(home))
    async with at_desk.open():
        pager.news(text.begins(home))
        with of_scenarios():
            sheet = await game.play()
        scores.keep(home, sheet)
        at_desk.close(sheet)
    answer = desk.told(sheet, game)
    pager.news(console.typed(text.end(answer), home))
    if game.has_touched and not asked.keep_data:
        pager.news("\nThe data of the lab is put back to new …")
        try:
            await surroundings.lab.reset()
        except LabFailed as error:
            pager.news(f"The lab could not be reset: {error}")
    return answer
