"""Accepting drift, for the record."""

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path

from advisor.calm.errors import AdvisorError
from advisor.calm.source import DOCUMENT
from advisor.drift.decisions import Decision, Judgement, judged, read, write
from advisor.drift.finding import Check, Drift
from lab.errors import LabError, UnknownName, Usage
from lab.eventlog import now
from lab.home import Home

NAME = "drift-decisions.json"


def file_of(home: Home) -> Path:
    """Return where decisions are kept: with the document; in containers, where that cannot be written, in the home."""
    return home.run / NAME if home.is_contained else DOCUMENT.parent / NAME


def decided(checks: Collection[Check], file: Path) -> Judgement:
    """Judge by what was decided so far. Raises Usage when that cannot be read."""
    try:
        return judged(tuple(checks), read(file))
    except AdvisorError as error:
        raise Usage(error.message, hint=error.hint) from error


def accept(found: Judgement, file: Path, ids: Collection[str], *, because: str, by: str) -> Judgement:
    """Record decisions about drift that is there. Raises UnknownName for other drift, LabError when it cannot write."""
    there = {one.id: one for one in (*found.drifts, *(drift for drift, _ in found.accepted))}
    for name in ids:
        if name not in there:
            raise _unknown(name, there)
    kept = [one for one in read(file) if one.id not in ids]
    made = [Decision(name, by, now(), because, there[name].seen) for name in dict.fromkeys(ids)]
    try:
        write(file, [*kept, *made])
    except OSError as error:
        raise LabError(
            f"{file} cannot be written: {error.strerror}.", hint="Choose another place: --decisions FILE"
        ) from error
    return judged(found.checks, [*kept, *made])


def _unknown(name: str, there: dict[str, Drift]) -> UnknownName:
    near = get_close_matches(name, there, n=3, cutoff=0.4)
    hint = f"Write {' or '.join(near)}." if near else "See what there is: lab drift"
    return UnknownName(f"There is no drift {name}.", hint=hint)
