"""What lasts, kept as the switches say: taken on while one is on, and dropped the moment it is not.

A switch is read when it matters, so it needs no timer. A burden is not read: somebody has to be awake when the lease
ends, and that is the keeper's thread. It starts with the first burden, and the agent never waits for it for long: a
burden is taken on in steps of milliseconds.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from services.chassis.actions.action import Burden, Lasting
from services.chassis.switches import Switchboard

PAUSE_S = 0.001
"""Between two steps: whoever waits for the lock gets it."""
FAREWELL_S = 1.0


@dataclass
class _Kept:
    burden: Burden
    armed: tuple[int, int]
    has_more: bool = True


class Keeper:
    """Keeps the burdens of one process; `follow` and `close` are the agent's to call."""

    def __init__(self, actions: Sequence[Lasting], board: Switchboard) -> None:
        self._actions = {action.name: action for action in actions}
        self._board = board
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def follow(self) -> None:
        """Drop what is over; have the rest taken on, or told that it goes on. Call it whenever the board changes."""
        if self._thread is None and self._actions.keys().isdisjoint(self._board.switches):
            return
        with self._lock:
            self._drop_and_renew()
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
            self._thread.start()
        self._wake.set()

    def close(self) -> None:
        """Drop everything and end the thread."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(FAREWELL_S)
            self._thread = None
        with self._lock:
            self._drop_and_renew()
        self._closing = False

    def _keep(self) -> None:
        while not self._closing:
            self._wake.clear()
            with self._lock:
                pause_s = self._look()
            self._wake.wait(pause_s)

    def _look(self) -> float | None:
        """Do the next step; return in how many seconds to look again, None: when told to."""
        self._drop_and_renew()
        self._begin()
        for kept in self._kept.values():
            kept.has_more = kept.has_more and kept.burden.step()
        if any(kept.has_more for kept in self._kept.values()):
            return PAUSE_S
        if not self._kept:
            return None
        ends = min(switch.until if (switch := self._board.held(name)) else 0.0 for name in self._kept)
        return max(PAUSE_S, ends - monotonic())

    def _begin(self) -> None:
        for name in self._actions.keys() - self._kept.keys():
            switch = None if self._closing else self._board.held(name)
            if switch is not None:
                burden = self._actions[name].burden(switch.params)
                burden.renew(switch.until)
                self._kept[name] = _Kept(burden, switch.armed)

    def _drop_and_renew(self) -> None:
        for name, kept in list(self._kept.items()):
            switch = None if self._closing else self._board.held(name)
            if switch is not None and switch.armed == kept.armed:
                kept.burden.renew(switch.until)
            else:
                del self._kept[name]
                kept.burden.drop()
