"""A process that has loaded everything heavy once and forks a replica from itself whenever it is asked to.

`python -m lab.forkserver CONTROL LIFELINE [KEPT …]`, all of them descriptors: CONTROL is a socket to the supervisor,
LIFELINE the pipe of `lifeline.py`, KEPT are held open by every process that comes from here (a lock; a pipe whose
end-of-file tells that all are gone). Over CONTROL, one JSON object per line:

in    {"preload": [module or module:function, …]}  first; a function is called, and what it returns is kept
      {"start": id, …the members of `Orders`}
      {"signal": pid, "number": n}
out   {"loaded": {"modules": n, "immortal": n, "missing": {module: reason}, "ms": n}}
      {"started": id, "pid": n}  or  {"failed": id, "reason"}
      {"exited": pid, "status": n}    n < 0: ended by signal −n

It has one thread, since a fork keeps only the thread that calls it, and it never runs code of a replica itself.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from lab.child import Orders, become_in_fork
from lab.freshness import Sources
from lab.immortal import immortalise

PATIENCE_S = 6.0
"""How long the children may take to end by themselves when the supervisor has gone; longer than their own grace."""

Child = Callable[[], None]


class ForkServer:
    """Serves one supervisor, until that hangs up."""

    def __init__(self, control: socket.socket, lifeline_descriptor: int) -> None:
        self._control = control
        self._lifeline = lifeline_descriptor
        self._sources = Sources()
        self._children: set[int] = set()
        self._unread = b""
        self._kept: list[object] = []
        self._wake, self._woken = socket.socketpair()

    def serve(self) -> Child | None:
        """Work until the supervisor hangs up; in a forked process, return at once what that has to do."""
        self._woken.settimeout(0)
        self._wake.settimeout(0)
        signal.set_wakeup_fd(self._woken.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            readable, _, _ = select.select([self._control, self._wake], [], [])
            if self._wake in readable:
                self._wake.recv(4096)
                self._reap()
            if self._control in readable:
                if not (data := self._control.recv(1 << 16)):
                    self._wind_up()
                    return None
                if child := self._take(data):
                    return child

    def _take(self, data: bytes) -> Child | None:
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            if child := self._obey(json.loads(line)):
                return child
        return None

    def _obey(self, order: dict[str, Any]) -> Child | None:
        if "start" in order:
            return self._fork(order.pop("start"), Orders(**order))
        if "signal" in order:
            # Only a child that has not been reaped may be signalled: its number cannot have been given away.
            if order["signal"] in self._children:
                os.kill(order["signal"], order["number"])
        elif "preload" in order:
            self._preload(order["preload"])
        return None

    def _preload(self, wanted: list[str]) -> None:
        began, missing = time.monotonic(), {}
        gc.disable()
        for name in wanted:
            module, _, function = name.partition(":")
            try:
                loaded = importlib.import_module(module)
                if function:
                    self._kept.append(getattr(loaded, function)())
            except Exception as error:  # noqa: BLE001 -- the replica that needs it will fail, and say so in its own log
                missing[name] = f"{type(error).__name__}: {error}"
        # No collection here: it would leave holes in the pages that are to be shared, and the children would fill them.
        immortal = immortalise()
        gc.freeze()
        self._sources.note()
        taken_ms = round((time.monotonic() - began) * 1000)
        self._tell({"loaded": {"modules": len(sys.modules), "immortal": immortal, "missing": missing, "ms": taken_ms}})

    def _fork(self, number: int, orders: Orders) -> Child | None:
        try:
            pid = os.fork()
        except OSError as error:
            self._tell({"failed": number, "reason": str(error)})
            return None
        if pid == 0:
            for mine in (self._control, self._wake, self._woken):
                mine.close()
            return partial(become_in_fork, orders, self._lifeline, self._sources)
        self._children.add(pid)
        self._tell({"started": number, "pid": pid})
        return None

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._children.discard(pid)
            self._tell({"exited": pid, "status": os.waitstatus_to_exitcode(status)})

    def _tell(self, message: dict[str, Any]) -> None:
        try:
            self._control.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            return  # the supervisor has gone, which the next read will show

    def _wind_up(self) -> None:
        """See the children off; their own lifelines tell them. One that was stopped goes on first, to hear of it."""
        deadline = time.monotonic() + PATIENCE_S
        for pid in self._children:
            os.kill(pid, signal.SIGCONT)
        while self._children and time.monotonic() < deadline:
            if select.select([self._wake], [], [], 0.1)[0]:
                self._wake.recv(4096)
            self._reap()
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Run as the fork server, or, in a process forked from it, as a replica."""
    control, lifeline_descriptor, *kept = map(int, sys.argv[1:])
    for descriptor in (lifeline_descriptor, *kept):
        os.set_inheritable(descriptor, False)  # noqa: FBT003 -- it takes no keywords
    become_replica = ForkServer(socket.socket(fileno=control), lifeline_descriptor).serve()
    if become_replica is not None:
        become_replica()


if __name__ == "__main__":
    main()
