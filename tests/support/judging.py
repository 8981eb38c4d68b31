"""Running the rules over series that are written down, as the evaluator does."""

from observability.slo.alert import Alert
from observability.slo.board import Board
from observability.slo.reading import Reading
from observability.slo.rules import Ruleset
from tests.support.recorded_series import RecordedSeries

Firing = dict[float, list[Alert]]


async def judged(rules: Ruleset, source: RecordedSeries, until_s: float, *, lazy: bool = False) -> Firing:
    """Evaluate every two seconds; return what fires at each of these moments."""
    terms = [condition.term for rule in rules.rules for condition in rule.when]
    reading, board = Reading(terms, step_s=source.step_s, lazy=lazy), Board(rules.rules)
    firing: Firing = {}
    while source.time_s <= until_s:
        await reading.refresh(source, source.time_s)
        board.update(reading, source.time_s)
        firing[source.time_s] = [alert for alert in board.alerts() if alert.state == "firing"]
        source.time_s += rules.preset.every_s
    return firing
