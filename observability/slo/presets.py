"""How long rules look back, and how much has to happen before they speak: `drill` for a lab, `production` for real."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["page", "ticket"]

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@dataclass(frozen=True)
class Burn:
    """One speed at which an error budget is spent, seen in a long and a short window at once."""

    severity: Severity
    long_s: float
    """So long that it is not over in a moment."""
    short_s: float
    """So short that it is still going on."""
    rate: float
    """How many times faster than the objective allows."""
    least_events: float
    """Fewer in the long window say nothing."""
    least_bad: float
    """One slip among few is no trend."""
    hold_s: float = 0
    """How long all that has to last; longer than the short window, it takes more than one bad moment."""


@dataclass(frozen=True)
class Preset:
    """Everything about time."""

    name: str
    period_s: float
    """What an error budget is for."""
    every_s: float
    """Between two evaluations."""
    keep_firing_s: float
    """How long an alert outlives its condition, so that it does not flap."""
    burns: tuple[Burn, ...]
    symptom_scale: float
    """Symptoms are timed for a drill; elsewhere all is that many times longer."""
    regroup_s: float
    """Between two notifications about the same group, unless it opens, worsens or is resolved."""


DRILL = Preset(
    name="drill",
    period_s=HOUR,
    every_s=2,
    keep_firing_s=6,
    burns=(
        Burn("page", long_s=30, short_s=10, rate=20, least_events=12, least_bad=4),
        Burn("page", long_s=3 * MINUTE, short_s=30, rate=6, least_events=30, least_bad=6, hold_s=36),
        Burn("ticket", long_s=10 * MINUTE, short_s=MINUTE, rate=1, least_events=100, least_bad=8, hold_s=70),
    ),
    symptom_scale=1,
    regroup_s=10,
)
"""A fault pages within 15 s at some 20 requests per second; when a small machine holds its breath for five, nobody is
called."""

PRODUCTION = Preset(
    name="production",
    period_s=30 * DAY,
    every_s=30,
    keep_firing_s=2 * MINUTE,
    burns=(
        Burn("page", long_s=HOUR, short_s=5 * MINUTE, rate=14.4, least_events=100, least_bad=10),
        Burn("page", long_s=6 * HOUR, short_s=30 * MINUTE, rate=6, least_events=300, least_bad=20),
        Burn("ticket", long_s=3 * DAY, short_s=6 * HOUR, rate=1, least_events=1000, least_bad=30),
    ),
    symptom_scale=15,
    regroup_s=5 * MINUTE,
)
"""The windows and rates of the Site Reliability Workbook: 2 %, 5 % and 10 % of a month's budget."""

PRESETS = {preset.name: preset for preset in (DRILL, PRODUCTION)}
