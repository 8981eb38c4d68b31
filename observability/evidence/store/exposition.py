"""What a replica shows at `/metrics`, read line by line: OpenMetrics or the classic text format."""

import re
from typing import NamedTuple

_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
_SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?')
_ESCAPED = re.compile(r"\\(.)")
_MEANT = {"n": "\n"}


class Shown(NamedTuple):
    """One line: `name{labels} value # {labels} value time`."""

    key: str
    """All before the value."""
    value: float
    exemplar: str
    """What stands after the `#`; empty without one."""


class Named(NamedTuple):
    """What a key says."""

    metric: str
    labels: dict[str, str]


def lines(text: str) -> list[Shown]:
    """Return the samples of an exposition; lines that cannot be read are left out."""
    found = []
    for line in text.split("\n"):
        if not line or line[0] == "#":
            continue
        sample, _, told = line.partition(" # ") if " # {" in line else (line, "", "")
        key, _, value = sample.rpartition(" ")
        try:
            found.append(Shown(key, float(value), told))
        except ValueError:
            continue
    return found


def named(key: str) -> Named | None:
    """Take a key apart; None when it is none, or a line tells a time of its own, which nobody's services do."""
    match = _SAMPLE.fullmatch(key)
    if match is None:
        return None
    return Named(match[1], labels(match[2] or ""))


def labels(text: str) -> dict[str, str]:
    """Read `{name="value",…}`."""
    return {label[1]: _ESCAPED.sub(_meant, label[2]) for label in _LABEL.finditer(text)}


def exemplar(text: str) -> tuple[dict[str, str], float, float | None] | None:
    """Read the labels, the value and the time of an exemplar."""
    close = text.rfind("}")
    parts = text[close + 1 :].split()
    try:
        return labels(text[: close + 1]), float(parts[0]), float(parts[1]) if len(parts) > 1 else None
    except (ValueError, IndexError):
        return None


def _meant(escaped: re.Match[str]) -> str:
    return _MEANT.get(escaped[1], escaped[1])
