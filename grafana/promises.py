"""Objectives as Prometheus keeps them: the records of the rule files, by what each objective allows."""

from itertools import groupby

from observability.slo.document import load
from observability.slo.objectives import Objective
from observability.slo.presets import DRILL
from observability.slo.rules import ruleset

BUDGET_PERIOD = "1h"
"""As long as a drill's budgets are for."""


def of_flows() -> tuple[Objective, ...]:
    """Return what is promised of flows: what customers notice."""
    return tuple(one for one in ruleset(load(), DRILL).objectives if one.subject.kind == "flow")


def of_services() -> tuple[Objective, ...]:
    """Return what is promised of services."""
    return tuple(one for one in ruleset(load(), DRILL).objectives if one.subject.kind == "service")


def budget_left(promised: tuple[Objective, ...], also: str = "") -> str:
    """Ask what share of the error budgets is left; below nothing, the promise is broken.

    `also` is one more matcher for the objectives, with the dashboard's variables in it.
    """
    return " or ".join(
        f"(1 - ((sum_over_time(slo:bad_events:increase10s{those}[{BUDGET_PERIOD}])"
        f" or sum_over_time(slo:events:increase10s{those}[{BUDGET_PERIOD}]) * 0)"
        f" / (sum_over_time(slo:events:increase10s{those}[{BUDGET_PERIOD}]) > 0)) / {allowed:g})"
        for allowed, those in _by_allowance(promised, also)
    )


def burn_rate(promised: tuple[Objective, ...], also: str = "", window: str = "3m") -> str:
    """Ask how fast budgets are being spent: at 1, exactly within the period."""
    return " or ".join(
        f"slo:bad_share:increase{window}{those} / {allowed:g}" for allowed, those in _by_allowance(promised, also)
    )


def _by_allowance(promised: tuple[Objective, ...], also: str) -> list[tuple[float, str]]:
    """Return what share may be bad, with the selector of those objectives."""
    ordered = sorted(promised, key=lambda one: one.budget)
    more = f",{also}" if also else ""
    return [
        (allowed, f'{{objective=~"{"|".join(one.id for one in some)}"{more}}}')
        for allowed, some in groupby(ordered, key=lambda one: one.budget)
    ]
