"""What `lab alerts` and `lab slo` show a person."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lab import durations

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_STATES = {
    ("firing", "page"): "[bold red]FIRING[/]",
    ("firing", "ticket"): "[yellow]firing[/]",
    ("pending", "page"): "[bright_black]pending[/]",
    ("pending", "ticket"): "[bright_black]pending[/]",
    ("resolved", "page"): "[green]resolved[/]",
    ("resolved", "ticket"): "[green]resolved[/]",
}
LOW_BUDGET = 0.25
"""Share of an error budget below which it is shown as scarce."""


def now(answer: dict[str, Any], *, everything: bool) -> "RenderableType":
    """Draw what fires, and with `everything` what is about to."""
    from rich.console import Group  # noqa: PLC0415 -- only where something is drawn

    alerts = [alert for alert in answer["alerts"] if everything or alert["state"] == "firing"]
    lines: list[RenderableType] = []
    if answer["problem"]:
        lines.append(f"[red]Rules are not judged at the moment:[/] {answer['problem']}")
    elif answer["evaluated_at_s"] is None:
        lines.append("Rules have not been judged yet.")
    at_s = answer["evaluated_at_s"] or 0.0
    if alerts:
        rows = (_row(alert, durations.text(_whole(at_s - alert["active_at_s"]))) for alert in alerts)
        lines.append(_table(("", "SEVERITY", "FOR", "OWNER", "ALERT", "SAYS"), rows))
        lines += _links(alerts)
    else:
        lines.append("No alert fires.")
    return Group(*lines)


def past(answer: dict[str, Any]) -> "RenderableType":
    """Draw what fired, the latest first."""
    if not answer["alerts"]:
        return "Nothing has fired."
    rows = ((_clock(alert["fired_at_s"]), *_row(alert, _lasted(alert))) for alert in answer["alerts"])
    return _table(("FIRED", "", "SEVERITY", "FOR", "OWNER", "ALERT", "SAYS"), rows)


def objectives(answer: dict[str, Any]) -> "RenderableType":
    """Draw how every objective stands."""
    from rich.console import Group  # noqa: PLC0415 -- only where something is drawn

    standings = answer["objectives"]
    if not standings:
        return "There are no objectives."
    windows = [burn["window"] for burn in standings[0]["burn_rates"]]
    titles = ("", "OBJECTIVE", "EVENTS", "BAD", "GOOD", "BUDGET LEFT", *(f"×{window}" for window in windows))
    table = _table(titles, (_standing(one) for one in standings), right=range(2, 6 + len(windows)))
    span = durations.text(standings[0]["period_s"])
    return Group(table, "", f"Budgets are for {span} ({answer['preset']}); ×30s: how many times too fast it is spent.")


def _standing(one: dict[str, Any]) -> tuple[str, ...]:
    left, good = one["budget_left"], one["attained_percent"]
    colour = "red" if left <= 0 else "yellow" if left < LOW_BUDGET else "green"
    burns = (_burn(burn["rate"]) for burn in one["burn_rates"])
    return (
        f"[{colour}]●[/]",
        f"{one['subject']}: {one['says']}",
        f"{one['events']:.0f}",
        f"{one['bad']:.0f}",
        "–" if good is None else f"{good:.2f} %",
        "–" if good is None else f"[{colour}]{left * 100:.0f} %[/]",
        *burns,
    )


def _burn(rate: float | None) -> str:
    if rate is None:
        return "–"
    return f"[red]{rate:.1f}[/]" if rate > 1 else f"{rate:.1f}"


def _row(alert: dict[str, Any], lasted: str) -> tuple[str, ...]:
    state = _STATES[alert["state"], alert["severity"]]
    return state, alert["severity"], lasted, alert["owner"], alert["name"], alert["summary"]


def _links(alerts: list[dict[str, Any]]) -> list[str]:
    links = {
        alert["subject"]: f"{alert['subject']}: runbook {alert['runbook']}, dashboard {alert['dashboard']}"
        for alert in alerts
    }
    return ["", *(f"[bright_black]{line}[/]" for line in links.values())]


def _lasted(alert: dict[str, Any]) -> str:
    end_s = alert["resolved_at_s"]
    return "–" if end_s is None else durations.text(_whole(end_s - alert["fired_at_s"]))


def _whole(seconds: float) -> float:
    return float(max(0, round(seconds)))


def _clock(moment_s: float) -> str:
    return datetime.fromtimestamp(moment_s, UTC).strftime("%H:%M:%S")


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]], right: Iterable[int] = ()) -> "Table":
    from rich.table import Table  # noqa: PLC0415 -- only where something is drawn

    table, numbers = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black"), set(right)
    for index, title in enumerate(titles):
        table.add_column(title, justify="right" if index in numbers else "left")
    for row in rows:
        table.add_row(*row)
    return table
