"""The lab's log files, read from where they were left off; a file that was copied aside and cut loses nothing."""

import asyncio
from pathlib import Path

from observability.evidence.store.buffer import Buffer, Full
from observability.evidence.store.records import Lines

EVERY_S = 0.5
BLOCK = 1 << 18
"""Read at most so much of a file at once: a long backlog is worked off in pieces."""
_HEAD = 80
"""A file is known by what it begins with: the time of its first line."""


class Tails:
    """All logs of one folder. Where each was left off is stored together with what was read."""

    def __init__(self, folder: Path, buffer: Buffer, left_off: dict[str, tuple[int, str]]) -> None:
        self._folder, self._buffer = folder, buffer
        self._left_off = left_off
        self._lines: dict[str, Lines] = {}

    async def run(self) -> None:
        """Read again and again, until cancelled."""
        while True:
            if not await asyncio.to_thread(self.read):
                await asyncio.sleep(EVERY_S)

    def left_off(self) -> dict[str, tuple[int, str]]:
        """Return how far each file was read, and what it begins with."""
        return dict(self._left_off)

    def read(self) -> bool:
        """Read what is new, a block of each file; whether there is more."""
        more = False
        for log in sorted(self._folder.glob("*.log")):
            try:
                more |= self._read(log)
            except Full:
                return False
            except OSError:
                continue
        return more

    def _read(self, log: Path) -> bool:
        read, head = self._left_off.get(log.name, (0, ""))
        begins = _begins(log)
        if read and not begins.startswith(head):  # it was cut: first what had come by then
            aside = log.with_name(f"{log.name}.1")
            if _begins(aside).startswith(head) and (done := self._take(log.name, aside, read, head)) > read:
                return done > read
            read = 0
        return self._take(log.name, log, read, begins[:_HEAD]) > read

    def _take(self, name: str, file: Path, read: int, head: str) -> int:
        """Read a block, up to the end of a line; return how far the file has been read now."""
        with file.open("rb") as opened:
            opened.seek(read)
            data = opened.read(BLOCK)
        end = data.rfind(b"\n") + 1
        if not end and len(data) == BLOCK:
            end = len(data)  # a line without an end
        if end:
            lines = self._lines.setdefault(name, Lines(name.removesuffix(".log")))
            rows = [lines(line) for line in data[:end].split(b"\n") if line.strip()]
            self._buffer.add_tail(name, rows, read + end, head)
            self._left_off[name] = (read + end, head)
        return read + end


def _begins(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_HEAD).decode(errors="replace")
    except OSError:
        return ""
