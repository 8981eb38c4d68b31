"""What scenarios did to a shop that runs, as a table."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType

    from drill.certifying.live import Shown
    from drill.live.plays import Play

TOP = (1, 3)


def summary(shown: "Sequence[Shown]") -> dict[str, Any]:
    """Return everything for programs."""
    plays = [play for one in shown for play in one.plays]
    blamed = [play for play in plays if not play.is_quiet]
    quiet = [play for play in plays if play.is_quiet]
    return {
        "shown": not any(one.problems for one in shown),
        "plays": len(plays),
        "suspects": {
            "of": len(blamed),
            **{f"top_{most}": sum(_within(play, most) for play in blamed) for most in TOP},
            "abstained": sum(play.abstained for play in quiet),
            "of_quiet": len(quiet),
        },
        "scenarios": [one.as_json() for one in shown],
    }


def line(play: "Play") -> str:
    """Return what to say of one play as soon as it is over."""
    after = "no alert" if play.alert_after_s is None else f"{play.alert} after {play.alert_after_s:.0f} s"
    return f"  {play.scenario} seed {play.seed}: {play.outcome}, {after}, culprit {_ranks(play)}, {play.took_s:.0f} s"


def drawn(shown: "Sequence[Shown]") -> "RenderableType":
    """Return the table, with what is not as it has to be below it."""
    from rich.console import Group  # noqa: PLC0415 -- not needed for --json
    from rich.table import Table  # noqa: PLC0415 -- as above

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title, _ in COLUMNS:
        table.add_column(title)
    for one in shown:
        for play in one.plays:
            table.add_row(*(cell(one, play) for _, cell in COLUMNS))
    told = summary(shown)["suspects"]
    parts: list[RenderableType] = [table, "", *(f"[red]{problem}[/]" for problem in _problems(shown))]
    parts.append(
        f"The advisor's first is the culprit in {told['top_1']} of {told['of']} plays, and among its first three in"
        f" {told['top_3']}; it names nobody in {told['abstained']} of {told['of_quiet']} where nothing is wrong."
    )
    return Group(*parts)


def _problems(shown: "Sequence[Shown]") -> list[str]:
    from rich.markup import escape  # noqa: PLC0415 -- not needed for --json

    return [escape(f"{one.entry.name}: {problem}") for one in shown for problem in one.problems]


def _mark(one: "Shown", play: "Play") -> str:
    return "[red]✘[/]" if play.problems(one.entry.scenario.alert_within) else "[green]✔[/]"


def _after(_: "Shown", play: "Play") -> str:
    return "" if play.alert_after_s is None else f"{play.alert_after_s:.0f} s"


def _stood(one: "Shown", _: "Play") -> str:
    return "" if one.stood is None else "well" if one.stood.is_well else "[red]not well[/]"


def _judged(one: "Shown", _: "Play") -> str:
    return "" if one.stood is None else f"{one.stood.judged_s:.0f} s, and {one.stood.waited_s:.0f} s of waiting"


def _ranks(play: "Play") -> str:
    if play.is_quiet:
        return f"nobody in {sum(not look for look in play.looks)} of {len(play.looks)}"
    return ", ".join("not named" if rank is None else f"no. {rank}" for rank in play.ranks) or "not asked"


def _within(play: "Play", most: int) -> bool:
    """Whether the culprit was among the first so many when it was asked last, half a minute after the alert."""
    rank = play.ranks[-1] if play.ranks else None
    return rank is not None and rank <= most


COLUMNS: "Sequence[tuple[str, Callable[[Shown, Play], str]]]" = (
    ("", _mark),
    ("SCENARIO", lambda _, play: play.scenario),
    ("SEED", lambda _, play: str(play.seed)),
    ("OUTCOME", lambda _, play: play.outcome),
    ("ALERT", lambda _, play: play.alert or ""),
    ("AFTER", _after),
    ("GONE", lambda _, play: "yes" if play.is_gone else "[red]no[/]"),
    ("SEALED", lambda _, play: "[red]no[/]" if play.leaks else "yes"),
    ("CULPRIT IS", lambda _, play: _ranks(play)),
    ("REPAIRED", _stood),
    ("JUDGED IN", _judged),
)
