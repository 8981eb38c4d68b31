"""No orphans: a process ends when the pipe closes whose other end only the supervisor holds.

The kernel closes that end however the supervisor goes, SIGKILL included, on Linux and macOS alike. A process that is
stopped (SIGSTOP) would not notice: on Linux the kernel sends it SIGCONT when its parent dies, so that it can.
"""

import _thread
import ctypes
import os
import select
import signal
import sys
from contextlib import suppress

PR_SET_PDEATHSIG = 1

GRACE_S = 3.0
"""Time to end in good order, before the process is cut off."""


def hold(descriptor: int, *, grace_s: float = GRACE_S) -> None:
    """Have this process end itself as soon as the pipe is closed: SIGTERM first, SIGKILL after `grace_s` seconds.

    The thread is a bare one, and what it calls is looked up now, because an event library (gevent in the load
    generator) may replace both later and would then run this in a loop that may be stuck.
    """
    read, kill, pause, pid = os.read, os.kill, select.select, os.getpid()
    _go_on_when_the_parent_dies()

    def wait_for_the_end() -> None:
        try:
            while read(descriptor, 1):
                continue
        finally:
            kill(pid, signal.SIGTERM)
            pause([], [], [], grace_s)
            kill(pid, signal.SIGKILL)

    _thread.start_new_thread(wait_for_the_end, ())


def _go_on_when_the_parent_dies() -> None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGCONT.value, 0, 0, 0)
