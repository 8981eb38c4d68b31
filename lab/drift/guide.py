"""Defaults of settings as the guide to the services tells them."""

import re
from collections.abc import Mapping
from pathlib import Path

from advisor.calm.source import shown
from advisor.drift.finding import Place
from advisor.drift.settings import Told

GUIDE = Path("docs") / "services.md"
ROW = re.compile(r"^\| `(?P<name>[A-Z][A-Z0-9_]+)` \| (?P<rest>.+?) ?\|$")
LIMITS = ("TIMEOUT_S", "ATTEMPTS", "SLOTS", "BREAKER_FAILURES", "BREAKER_RESET_S")
"""Columns of the table of callers' limits."""
IN_WORDS = ("set by", "the ")
"""What stands where a default is not told as a value."""


def defaults(root: Path) -> Mapping[str, Told]:
    """Return what the guide says, by environment variable; nothing where there is no guide."""
    try:
        lines = (root / GUIDE).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    found: dict[str, Told] = {}
    file = shown(root / GUIDE)
    for number, line in enumerate(lines, 1):
        if (row := ROW.match(line)) is None:
            continue
        cells = [cell.strip().strip("`") for cell in row["rest"].split(" | ")]
        at = Place(file, number)
        if len(cells) == len(LIMITS):
            found |= {
                f"{row['name']}__{limit}": Told(cell, at, "the guide")
                for limit, cell in zip(LIMITS, cells, strict=True)
            }
        elif not cells[0].startswith(IN_WORDS):
            found[row["name"]] = Told(cells[0], at, "the guide")
    return found
