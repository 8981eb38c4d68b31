"""What `lab alerts` and `lab slo` show a person."""

from typing import TYPE_CHECKING, Any

from lab import durations
from lab.evidence.figures import NOTHING, clock, number, percent
from lab.evidence.listing import Cell, Column, Row, listed

if TYPE_CHECKING:
    from rich.console import RenderableType

LOW_BUDGET = 0.25
"""Share of an error budget below which it is shown as scarce."""
_STYLES = {("firing", "page"): "bold red", ("firing", "ticket"): "yellow"}
_STYLES_OTHERWISE = {"pending": "bright_black", "resolved": "green"}
_ALERT = (
    Column("STATE"), Column("SEVERITY"), Column("FOR", right=True), Column("OWNER"), Column("ALERT"),
    Column("SAYS", gives_way=True),
)  # fmt: skip


def now(answer: dict[str, Any], *, everything: bool) -> "RenderableType":
    """Draw what fires, and with `everything` what is about to."""
    from rich.console import Group  # noqa: PLC0415 -- only where something is drawn

    alerts = [alert for alert in answer["alerts"] if everything or alert["state"] == "firing"]
    if not alerts:
        return "\n".join([*_trouble(answer), "No alert fires."])
    at_s = answer["evaluated_at_s"]
    rows = [_row(alert, at_s - alert["active_at_s"]) for alert in alerts]
    return Group(*_trouble(answer), listed(_ALERT, rows), "", *_links(alerts))


def past(answer: dict[str, Any]) -> "RenderableType":
    """Draw what fired, the latest first."""
    if not answer["alerts"]:
        return "Nothing has fired."
    rows = [(clock(alert["fired_at_s"], date=True)[:-4], *_row(alert, _lasted_s(alert))) for alert in answer["alerts"]]
    return listed((Column("FIRED"), *_ALERT), rows)


def objectives(answer: dict[str, Any]) -> "RenderableType":
    """Draw how every objective stands."""
    from rich.console import Group  # noqa: PLC0415 -- only where something is drawn

    standings = answer["objectives"]
    if not standings:
        return "There are no objectives."
    windows = [burn["window"] for burn in standings[0]["burn_rates"]]
    figures = [Column(title, right=True) for title in ("EVENTS", "BAD", "GOOD", "BUDGET LEFT", *windows)]
    table = listed((Column("OF"), Column("PROMISE", gives_way=True), *figures), [_standing(one) for one in standings])
    span = durations.text(standings[0]["period_s"])
    meaning = f"Budgets are for {span} ({answer['preset']}). Under {', '.join(windows)}: how many times too fast they"
    return Group(*_trouble(answer), table, "", f"{meaning} were spent in that time; at 1 a budget lasts just {span}.")


def _trouble(answer: dict[str, Any]) -> list[str]:
    if answer["problem"]:
        return [f"Rules are not judged at the moment: {answer['problem']}"]
    return [] if answer["evaluated_at_s"] is not None else ["Rules have not been judged yet."]


def _standing(one: dict[str, Any]) -> Row:
    left = one["budget_left"]
    style = "red" if left <= 0 else "yellow" if left < LOW_BUDGET else "green"
    good = one["attained_percent"]
    figures = (NOTHING, NOTHING) if good is None else (f"{good:.2f} %", Cell(_left(left), style))
    return (one["subject"], one["says"], number(one["events"]), number(one["bad"]), *figures, *_burns(one))


def _burns(one: dict[str, Any]) -> list[Cell]:
    rates = (burn["rate"] for burn in one["burn_rates"])
    return [Cell(NOTHING if rate is None else number(rate), "red" if rate and rate > 1 else "") for rate in rates]


def _left(share: float) -> str:
    return percent(share) if share >= 0 else f"-{percent(-share)}"


def _row(alert: dict[str, Any], lasted_s: float | None) -> tuple[str | Cell, ...]:
    state, severity = alert["state"], alert["severity"]
    style = _STYLES.get((state, severity)) or _STYLES_OTHERWISE.get(state, "")
    lasted = NOTHING if lasted_s is None else durations.text(float(max(0, round(lasted_s))))
    return Cell(state, style), Cell(severity, style), lasted, alert["owner"], alert["name"], alert["summary"]


def _lasted_s(alert: dict[str, Any]) -> float | None:
    end_s = alert["resolved_at_s"]
    return None if end_s is None else end_s - alert["fired_at_s"]


def _links(alerts: list[dict[str, Any]]) -> list[str]:
    return list(
        {
            alert["subject"]: f"{alert['subject']}: runbook {alert['runbook']}, dashboard {alert['dashboard']}"
            for alert in alerts
        }.values()
    )
