"""How long this machine stood still: by how much a short sleep was late, at the worst."""

import threading
import time
from types import TracebackType
from typing import Self

TICK_S = 0.05


class Stopwatch:
    """Measures while entered, in a thread of its own."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._measure, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _measure(self) -> None:
        began = time.monotonic()
        while not self._over.wait(TICK_S):
            now = time.monotonic()
            self.worst_s = max(self.worst_s, now - began - TICK_S)
            began = now
