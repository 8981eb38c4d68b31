"""Where evidence lies: one DuckDB file per stretch of time, so that what is too old is dropped by deleting files.

A deleted row leaves its room to the file it was in; a deleted file gives it back. A file that cannot be opened after a
crash is put aside, and the others are not concerned.
"""

import contextlib
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import structlog

from observability.evidence.store.schema import TABLES

PARTS = 8
"""A slice has this share of the time and of the room that evidence may take."""
ROW_GROUP = 16_384
SUFFIX = ".duckdb"
MOST = 24
AHEAD_S = 60.0
"""How far the clock of a sender may be ahead of ours."""
_MB = 1 << 20

log = structlog.get_logger()


@dataclass(frozen=True)
class Slice:
    """One file, attached under a name of its own."""

    name: str
    file: Path
    began_s: float

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return _size(self.file) + _size(self.file.with_name(self.file.name + ".wal"))


class Slices:
    """All files of one folder; the last one takes what comes in.

    Whoever reads, or changes which there are, holds `lock`.
    """

    def __init__(self, folder: Path, *, memory_mb: int, keep_s: float, keep_mb: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._keep_s, self._keep_bytes = folder, keep_s, keep_mb * _MB
        self.connection = duckdb.connect(
            config={
                "threads": 2,
                "memory_limit": f"{memory_mb}MB",
                "temp_directory": str(folder / "temp"),
                "max_temp_directory_size": "512MB",
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        self.lock = threading.RLock()
        self._slices: list[Slice] = []
        for file in sorted(folder.glob(f"*{SUFFIX}"))[-MOST:]:
            self._open(file)
        if not self._slices:
            self.begin()

    @property
    def current(self) -> Slice:
        """What comes in goes here."""
        return self._slices[-1]

    def newest_first(self, start_s: float = float("-inf")) -> list[Slice]:
        """Return the slices that may have something from `start_s` on, the latest first."""
        found = []
        for one in reversed(self._slices):
            found.append(one)
            if one.began_s + AHEAD_S < start_s:  # all that came before it is older still
                break
        return found

    def due(self, now_s: float) -> bool:
        """Whether the current slice has had its share of time or of room."""
        current = self.current
        return now_s - current.began_s > self._keep_s / PARTS or current.size > self._keep_bytes / PARTS

    def begin(self) -> None:
        """Begin another slice."""
        began_ms = max(round(time.time() * 1000), round(self._slices[-1].began_s * 1000) + 1 if self._slices else 0)
        with self.lock:
            self._open(self._folder / f"{began_ms}{SUFFIX}")

    def drop_old(self, now_s: float) -> list[str]:
        """Delete what is too old, and the oldest while all takes too much room; the current slice stays."""
        dropped = []
        while len(self._slices) > 1 and self._is_over(now_s):
            with self.lock:
                oldest = self._slices.pop(0)
                self.connection.execute(f"DETACH {oldest.name}")
            for file in self._folder.glob(f"{oldest.file.name}*"):
                file.unlink(missing_ok=True)
            dropped.append(oldest.file.name)
        return dropped

    def close(self) -> None:
        """Write down what is not yet in its place, and let go."""
        with self.lock:
            self.connection.close()

    def cursor(self) -> Any:
        """Return a connection for reading."""
        return self.connection.cursor()

    def _is_over(self, now_s: float) -> bool:
        if len(self._slices) > MOST or self._slices[1].began_s < now_s - self._keep_s:
            return True
        return sum(one.size for one in self._slices) > self._keep_bytes

    def _open(self, file: Path) -> None:
        name = f"s{file.name.removesuffix(SUFFIX)}"
        try:
            began_s = int(name[1:]) / 1000
            path = str(file).replace("'", "''")
            self.connection.execute(f"ATTACH '{path}' AS {name} (ROW_GROUP_SIZE {ROW_GROUP})")
            self.connection.execute(f"USE {name}; {TABLES}")
        except (duckdb.Error, ValueError) as error:
            log.error("evidence.unreadable", file=file.name, reason=first_line(error))  # noqa: TRY400 -- no stack is wanted
            with contextlib.suppress(OSError):
                file.replace(file.with_name(file.name + ".unreadable"))
            return
        self._slices.append(Slice(name, file, began_s))


def first_line(error: Exception) -> str:
    """Return what a database's error says, without the statement."""
    return (str(error).splitlines() or [""])[0]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
