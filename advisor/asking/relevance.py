"""How much a failure mode resembles what somebody says."""

from collections.abc import Mapping
from typing import Any

from advisor.asking.words import stems

COMMON = frozenset(
    stems(
        "a all and are as at be been but by can cannot could customer customers did do does for from has have how i if "
        "in is it its may me more much my no none not of on one only or our order orders other out over service "
        "services should so that the their them there these they this to two up us was we were what when where which "
        "who whom with would you your"
    )
)
SAME = {
    stem: other
    for group in (
        ("slow", "latency", "slower", "sluggish", "lag", "lags", "delay", "delayed"),
        ("unhealthy", "rotation"),
        ("overloaded", "overload", "traffic"),
        ("fail", "failure", "failures", "failed", "failing", "error", "errors", "5xx", "503"),
        ("complete", "completion", "completed", "pending"),
    )
    for other in stems(group[0])
    for stem in stems(" ".join(group))
}
"""Words that mean the same here, by their stems."""


def meant(text: str) -> set[str]:
    """Return what a text is about."""
    return {SAME.get(stem, stem) for stem in stems(text) if stem not in COMMON and not stem.isdecimal()}


def relevance(said: str, mode: Mapping[str, Any]) -> int:
    """Return how many words what was said shares with a failure mode; those of the symptom count twice."""
    about, symptom = meant(said), meant(str(mode.get("symptom", "")))
    rest = meant(" ".join(str(mode.get(key, "")) for key in ("likely-cause", "check"))) - symptom
    return 2 * len(about & symptom) + len(about & rest)
