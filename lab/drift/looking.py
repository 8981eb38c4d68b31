"""All comparisons, one after the other; what a deployment does not have is skipped, with the reason."""

from collections.abc import Callable
from itertools import chain

from advisor.calm.errors import AdvisorError
from advisor.drift import alerts, calls, objectives, processes, settings
from advisor.drift.finding import Check, skipped
from lab import preflight
from lab.drift import infrastructure, live, project
from lab.drift.settings import of_settings
from lab.drift.wanted import Wanted
from lab.errors import LabError, Usage
from lab.evidence.asking import BadQuestion

Comparison = Callable[[Wanted], Check]
LIVE: dict[str, Comparison] = {
    calls.NAME: live.of_calls,
    processes.NAME: live.of_processes,
    alerts.RULES: live.of_alerts,
    objectives.NAME: live.of_objectives,
    settings.NAME: of_settings,
}
FILES: tuple[Comparison, ...] = (
    project.of_rule_files,
    project.of_dashboards,
    project.of_compose,
    infrastructure.of_terraform,
    infrastructure.of_kubernetes,
    infrastructure.of_cloudformation,
)


def checks(wanted: Wanted) -> list[Check]:
    """Return every comparison. Raises Usage for files and documents that cannot be read."""
    try:
        return list(chain(_live(wanted), (compare(wanted) for compare in FILES)))
    except AdvisorError as error:
        raise Usage(error.message, hint=error.hint) from error


def _live(wanted: Wanted) -> list[Check]:
    if not preflight.answers(wanted.home):
        return [skipped(name, f"No lab runs in {wanted.home}.") for name in LIVE]
    return [_made(name, compare, wanted) for name, compare in LIVE.items()]


def _made(name: str, compare: Comparison, wanted: Wanted) -> Check:
    try:
        return compare(wanted)
    except BadQuestion:
        raise
    except LabError as error:
        return skipped(name, error.message)
