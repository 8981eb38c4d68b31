"""Settings in force against settings that are declared."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from advisor.drift.finding import Check, Drift, Place, drift

NAME = "settings"


@dataclass(frozen=True)
class Told:
    """One declaration of a setting."""

    value: Any
    at: Place
    who: str
    """`the document`, `the guide`, …"""


@dataclass(frozen=True)
class Setting:
    """One setting of one replica."""

    replica: str
    name: str
    value: Any
    """In force."""
    declared: Told | None
    """None: nothing says what it is to be."""
    causes: tuple[str, ...] = ()
    """What is on record that may have changed it."""
    remedy: str = ""
    """What takes back what changed it, if that is known."""


def compare(seen: Iterable[Setting]) -> Check:
    """Compare settings with what is declared for them."""
    every = list(seen)
    drifts = [_drift(one, one.declared) for one in every if one.declared and not same(one.value, one.declared.value)]
    silent = sorted({one.name for one in every if one.declared is None})
    notes = (f"Nothing says what these are to be: {', '.join(silent)}.",) if silent else ()
    return Check(NAME, len(every) - sum(one.declared is None for one in every), tuple(drifts), notes=notes)


def _drift(one: Setting, declared: Told) -> Drift:
    return drift(
        "setting-changed",
        (one.replica, f"{one.name}={text(one.value)}"),
        declared=f"{one.name} of {one.replica} is {text(declared.value)}, says {declared.who}.",
        at=declared.at,
        seen=f"It is {text(one.value)}. {' '.join(one.causes) or 'Nobody wrote down who changed it.'}",
        evidence=(f"lab ops settings {one.replica}",),
        remedy=one.remedy
        or f"Put it back (lab ops set {one.replica} {one.name}={text(declared.value)}), or declare it.",
    )


def same(one: Any, other: Any) -> bool:
    """Return whether two values mean the same: numbers may be written as text, or with a fraction of 0."""
    if one == other:
        return True
    try:
        return float(one) == float(other)
    except (TypeError, ValueError):
        return str(one) == str(other)


def text(value: Any) -> str:
    """Return a value as it is typed."""
    return f"{value:g}" if isinstance(value, float) else str(value)
