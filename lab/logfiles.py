"""Log files that do not grow without bound: copied aside and cut to nothing, while their writers go on appending."""

import contextlib
import os
import shutil
from pathlib import Path

CHUNK = 1 << 20


def bound(folder: Path, limit_bytes: int) -> list[Path]:
    """Put aside every log in `folder` that is larger than `limit_bytes`; return those that were.

    The writers hold their files open with O_APPEND, so what they write next lands at the new beginning. Of each log one
    older file, `<name>.log.1`, is kept.
    """
    cut = []
    for log in sorted(folder.glob("*.log")):
        with contextlib.suppress(OSError):
            if log.stat().st_size > limit_bytes:
                _cut(log)
                cut.append(log)
    return cut


def aside(log: Path) -> Path:
    """Return where the older part of a log is kept."""
    return log.with_name(log.name + ".1")


def _cut(log: Path) -> None:
    draft = log.with_name(log.name + ".new")
    try:
        with log.open("rb") as source, draft.open("wb") as target:
            shutil.copyfileobj(source, target, CHUNK)
            while late := source.read(CHUNK):  # written meanwhile; what is left of the gap is microseconds
                target.write(late)
            os.truncate(log, 0)
        draft.replace(aside(log))
    except OSError:
        draft.unlink(missing_ok=True)
        os.truncate(log, 0)  # a full disk: keep running rather than keep the log
