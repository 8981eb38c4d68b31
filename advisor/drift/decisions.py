"""Drift that somebody has decided to live with: what, who, when and why, in a file of its own."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from advisor.calm.errors import BadDocument
from advisor.calm.source import source
from advisor.drift.finding import Check, Drift

KEY = "decisions"
KEYS = ("id", "by", "at", "because")
BEGIN = {
    "calls": ("call", "cycle"),
    "processes": ("node", "file"),
    "compose file": ("container",),
    "alerts": ("alert",),
    "dashboards": ("dashboard",),
    "objectives": ("objective",),
    "rule files": ("alert", "objective"),
    "settings": ("setting",),
}
"""Comparison → how ids of what it finds begin; those of other comparisons begin with their name."""


@dataclass(frozen=True)
class Decision:
    """One of them."""

    id: str
    """Of the drift."""
    by: str
    at: str
    """RFC 3339, UTC."""
    because: str
    seen: str = ""
    """What was seen then, for people."""


@dataclass(frozen=True)
class Judgement:
    """All comparisons, with what was decided."""

    checks: tuple[Check, ...]
    drifts: tuple[Drift, ...]
    """What counts."""
    accepted: tuple[tuple[Drift, Decision], ...]
    stale: tuple[Decision, ...]
    """Decisions about drift that is gone."""
    unjudged: tuple[Decision, ...]
    """Decisions about what was not compared this time."""


def read(file: Path) -> list[Decision]:
    """Return the decisions in a file, none if there is no file. Raises BadDocument."""
    if not file.exists():
        return []
    listed = source(file).value.get(KEY)
    try:
        return [Decision(**{"seen": "", **one}) for one in listed]  # type: ignore[union-attr]
    except TypeError as error:
        raise BadDocument(
            f"{file} does not hold decisions about drift: {error}.",
            hint=f'It is {{"{KEY}": […]}}, each with {", ".join(KEYS)}.',
        ) from error


def write(file: Path, decisions: Iterable[Decision]) -> None:
    """Replace the decisions in a file. Raises OSError."""
    draft = file.with_suffix(".new")
    told = {KEY: [asdict(one) for one in sorted(decisions, key=lambda one: one.id)]}
    draft.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(file)


def judged(checks: Sequence[Check], decisions: Collection[Decision]) -> Judgement:
    """Part drift that counts from drift that is accepted, and tell decisions that are stale."""
    by_id = {one.id: one for one in decisions}
    found = [one for check in checks for one in check.drifts]
    seen = {one.id for one in found}
    left = [kind for check in checks if check.skipped or check.partial for kind in BEGIN.get(check.name, (check.name,))]
    open_ = tuple(f"{kind}-" for kind in left)
    rest = [one for one in decisions if one.id not in seen]
    return Judgement(
        tuple(checks),
        tuple(one for one in found if one.id not in by_id),
        tuple((one, by_id[one.id]) for one in found if one.id in by_id),
        tuple(one for one in rest if not one.id.startswith(open_)),
        tuple(one for one in rest if one.id.startswith(open_)),
    )
