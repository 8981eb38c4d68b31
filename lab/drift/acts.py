"""Which settings still stand as somebody has set them with `lab ops set`, and which were declared good."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lab.ops.audit import Act
from lab.state import LabState

Key = tuple[str, str]
"""Replica and setting."""


@dataclass
class Standing:
    """What is left of all acts."""

    set: dict[Key, list[Act]] = field(default_factory=dict)
    """Acts that were neither undone nor rolled back nor declared good, the latest last."""
    good: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Replica → settings that were declared good."""
    marked: Act | None = None
    """The act that did so."""

    def last(self, replica: str, name: str) -> Act | None:
        """Return the act by which a setting is as it is."""
        found = self.set.get((replica, name))
        return found[-1] if found else None


def standing(acts: Iterable[Act], running: LabState) -> Standing:
    """Go through what was done since the lab was started, or reset: both end all changes."""
    since = max(_time(one) for one in (running.started_at, running.reset_at) if one)
    now, before = Standing(), dict[int, Standing]()
    known: dict[int, Act] = {}
    for act in acts:
        if act.outcome != "done" or _time(act.at) < since:
            continue
        known[act.id] = act
        before[act.id] = _copy(now)
        match act.act:
            case "set":
                for key in _keys(act):
                    now.set.setdefault(key, []).append(act)
            case "rollback":
                now.set.clear()
            case "mark-good":
                now = Standing(good=act.now, marked=act)
            case "undo" if act.undoes in known:
                now = _undone(now, known[act.undoes], before[act.undoes])
    return now


def _undone(now: Standing, act: Act, before: Standing) -> Standing:
    if act.act == "set":
        for key in _keys(act):
            now.set[key] = [one for one in now.set.get(key, []) if one.id != act.id]
        return now
    if act.act == "rollback":
        return Standing({**before.set, **now.set}, now.good, now.marked)
    if act.act == "mark-good":
        return Standing({**before.set, **now.set}, before.good, before.marked)
    return now


def _keys(act: Act) -> list[Key]:
    return [(replica, name) for replica, settings in (act.now or {}).items() for name in settings]


def _copy(one: Standing) -> Standing:
    return Standing({key: list(acts) for key, acts in one.set.items()}, one.good, one.marked)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
