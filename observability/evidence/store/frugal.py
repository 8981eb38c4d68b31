"""Memory that the store can do without, given back to the system.

An answer of httpx refers to itself, so what a replica showed stays until somebody looks for circles. The store has
Python look for them seldom, and within minutes the texts of hundreds of looks would wait: a few objects each,
too few to make it look, but tens of megabytes.

The rest is for Linux with glibc; elsewhere it does not happen. Half of what DuckDB maps is code that only a start runs:
hundreds of functions are registered, and few are ever called. Pages of it that were not written into are the file's
own, and come back when they are needed. And each thread that allocates would have an arena of its own to keep what it
freed.
"""

import ctypes
import gc
import mmap
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FIRST_AFTER_S, EVERY_S = 8.0, 15.0
_ARENA_MAX, _DONTNEED = -8, 4
_MAP = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (r-[x-]p) \S+ \S+ \S+\s+(\S.*)$")
_LIBRARY = "_duckdb"


def share_one_arena() -> None:
    """Have all threads allocate from one arena; to be called before there are several."""
    if (libc := _libc()) is not None:
        libc.mallopt(_ARENA_MAX, 1)


class Frugality:
    """Gives memory back from time to time: first when the start is over."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next_at = clock() + FIRST_AFTER_S

    def tidy(self) -> None:
        """Give it back, when it is time."""
        if self._clock() >= self._next_at:
            self._next_at = self._clock() + EVERY_S
            give_back()


def give_back() -> None:
    """Return what nobody can reach, freed memory, and DuckDB's code, whose pages in use come back by themselves."""
    gc.collect()
    if (libc := _libc()) is None:
        return
    libc.malloc_trim(0)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for start, length in _code():
        libc.madvise(start, length, _DONTNEED)


def _libc() -> Any:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") else None


def _code() -> Iterator[tuple[int, int]]:
    """Yield the parts of the library that are in memory as they are in its file: those may be dropped, no others."""
    found: tuple[int, int] | None = None
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if match := _MAP.match(line):
            start, end = int(match[1], 16), int(match[2], 16)
            found = (start, end - start) if _LIBRARY in match[4] else None
        elif "-" in line.partition(" ")[0]:
            found = None
        elif found and line.startswith("Anonymous:"):
            if line.split()[1] == "0" and found[0] % mmap.PAGESIZE == 0:
                yield found
            found = None
