"""The process holds memory that it has no use for."""

import mmap
from collections.abc import Mapping
from typing import Any

from services.chassis.declaration import integer

STEP_MB = 8
MB = 1 << 20


class MemoryBallast:
    """Takes memory and writes to every page of it."""

    name = "process.memory_ballast"
    summary = "The process holds memory that it has no use for."
    params = (integer("mb", "MB", "how much", minimum=1, maximum=512, default=128),)
    scoped = False

    def burden(self, params: Mapping[str, Any]) -> "Ballast":
        """Return the memory, not taken yet."""
        return Ballast(params["mb"])


class Ballast:
    """Memory outside of Python's own heap, so that it is given back the moment it is dropped."""

    def __init__(self, mb: int) -> None:
        self._left_mb = mb
        self._taken: list[mmap.mmap] = []

    def step(self) -> bool:
        """Take a few megabytes."""
        piece_mb = min(STEP_MB, self._left_mb)
        self._left_mb -= piece_mb
        try:
            piece = mmap.mmap(-1, piece_mb * MB)
        except OSError:
            return False  # there is no more to be had, which is burden enough
        self._taken.append(piece)
        piece[:: mmap.PAGESIZE] = b"\1" * (piece_mb * MB // mmap.PAGESIZE)
        return self._left_mb > 0

    def renew(self, until: float) -> None:
        """Nothing to be done: whoever holds it watches the time."""

    def drop(self) -> None:
        """Give all of it back."""
        while self._taken:
            self._taken.pop().close()
