"""What a drill tells people."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chaos.scenario.model import Answer
from drill.playing.scoring import WORTH
from drill.playing.sheet import Sheet
from lab import console, durations
from lab.home import Home

if TYPE_CHECKING:
    from rich.console import RenderableType

BEGINS = """\
Your shift begins. Sooner or later the pager goes off, here; until then nothing is known to be wrong.
Work in another terminal, with all that lab has to show: lab alerts, lab top, lab logs, lab advise suspects, lab ops.

  lab ack                       you have seen the page
  lab answer SERVICE WHAT       what is wrong, and where; or: lab answer nothing
  lab hint                      help, which costs points: the first is cheap
  lab workspace create DIR      the code of all services, to be repaired
  lab prove --services DIR      have the repair judged, and rolled out if it holds
  lab prove --data              whether all damage in the data is put right
  lab play status               where you stand
  lab reveal                    the end: what it was, and your sheet

Ctrl-C breaks it off: all is as it was within seconds."""
ENDS = {
    "revealed": "The drill is over.",
    "abandoned": "The drill was broken off.",
    "time-up": "The time is up, and the drill is over.",
    "switched-off": "Somebody has switched everything off, and the drill is over.",
    "guard-tripped": "It got worse than a drill may: everything was switched off.",
    "failed": "The drill could not go on; everything is off.",
}
STEPS = {
    "acknowledged": "acknowledged",
    "identified": "named the right service",
    "mitigated": "signs gone",
    "resolved": "resolved",
}


def begins(home: Home) -> str:
    """Say what can be done, and in which home."""
    return BEGINS if home == Home.at(console.DEFAULT_HOME) else f"{BEGINS}\nThere: export LAB_HOME={home}"


def took(seconds_: float | None) -> str:
    """Return a duration, to the second; a dash where there is none."""
    return "–" if seconds_ is None else durations.text(float(round(seconds_)))


def status(answer: dict[str, Any]) -> str:
    """Say where a drill stands."""
    if answer["phase"] == "waiting":
        return f"On shift for {took(answer['since_s'])}. There was no page yet."
    return "\n".join(_status(answer))


def _status(answer: dict[str, Any]) -> Iterator[str]:
    yield from (answer["page"], "", f"The page came {took(answer['since_s'])} ago.")
    for step, says in STEPS.items():
        reached = answer["times"][f"{step}_s"]
        yield f"  {says:<24} {'not yet' if reached is None else 'after ' + took(reached)}"
    for one in answer["answers"]:
        yield f"  answered {one['service']}: {'right' if one['right'] else 'it is not there'}"
    for number, text in enumerate(answer["hints"], 1):
        yield f"  hint {number}: {text}"
    left = f"{answer['hints_left']} hints are left" if answer["hints_left"] else "There are no more hints"
    yield left + (f"; the next costs {answer['next_hint_price']} points." if answer["hints_left"] else ".")


def end(answer: dict[str, Any]) -> str:
    """Tell how a drill ended, and all that was sealed."""
    return "\n".join(_end(answer))


def _end(answer: dict[str, Any]) -> Iterator[str]:
    sheet = Sheet.model_validate_json(json.dumps(answer["sheet"]))
    yield from (ENDS[sheet.ended], *([sheet.reason] if sheet.reason and sheet.ended == "failed" else []), "")
    yield from (f"It was {sheet.scenario}: {answer['title']}", "")
    yield from truth(Answer.model_validate_json(json.dumps(answer["answer"])), answer["red_herrings"], _named(sheet))
    yield from ("", "What happened, counted from the page:")
    yield from (f"  {_at(moment.at_s):>8}  {moment.what}" for moment in sheet.timeline)
    yield from ("", *_sheet(sheet))


def truth(answer: Answer, red_herrings: Sequence[dict[str, str]], beside: Iterable[str] = ()) -> Iterator[str]:
    """Yield what was sealed; next to the mechanism stands what is `beside` it."""
    yield f"Service:         {', '.join((answer.service, *answer.also))}"
    yield from (f"Mechanism:       {_line(answer.mechanism)}", *beside)
    yield f"First evidence:  {_line(answer.first_evidence)}"
    yield f"A repair:        {_line(answer.repair)}"
    yield f"Tempting:        {_line(answer.tempting.says)} – but: {_line(answer.tempting.wrong_because)}"
    for one in red_herrings:
        yield f"Not guilty:      {_line(one['seen'])} – {_line(one['truth'])}"
    yield from ("", "Five times why:", *(f"  {number}. {why}" for number, why in enumerate(answer.five_whys, 1)))


def _named(sheet: Sheet) -> Iterator[str]:
    if said := [one.mechanism for one in sheet.answers if one.mechanism]:
        yield f"  you said:      {said[-1]}"
        yield "  Whether that is the same is for you to say: lab scores --mark right, or partly, or wrong"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f"People usually take {took(sheet.expected_s)} over this one."
    for step, says in STEPS.items():
        points = getattr(sheet.points, step)
        reached = took(getattr(sheet.times, f"{step}_s"))
        yield f"  {says:<24} {reached:>8}   {points:>5.1f} of {WORTH[step]}"
    if sheet.times.data_right_s is not None:
        yield f"  {'data put right':<24} {took(sheet.times.data_right_s):>8}"
    if sheet.points.hints:
        yield f"  {len(sheet.hints)} hints{'':<27} –{sheet.points.hints}"
    if sheet.points.wrong:
        yield f"  taken the wrong way{'':<17} –{sheet.points.wrong}"
    yield f"  {sheet.points.total} of 100 points"


def scores(sheets: Sequence[Sheet]) -> "RenderableType":
    """Draw all sheets, the latest last, so that progress can be seen."""
    from rich.table import Table  # noqa: PLC0415 -- only where something is drawn

    if not sheets:
        return "No drill was played here yet. Begin one: lab play"
    columns = ("began", "scenario", "level", "points", *STEPS.values(), "hints", "wrong", "mechanism", "ended")
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for one in sheets:
        times = (took(getattr(one.times, f"{step}_s")) for step in STEPS)
        wrong = sum(not answer.right for answer in one.answers)
        row = (one.began_at[:16].replace("T", " "), one.scenario, str(one.level), str(one.points.total), *times)
        table.add_row(*row, str(len(one.hints)), str(wrong), one.mark or "", one.ended)
    return table


def _at(at_s: float) -> str:
    return f"{'-' if at_s < 0 else '+'}{durations.text(float(round(abs(at_s))))}"


def _line(text: str) -> str:
    return " ".join(text.split())
