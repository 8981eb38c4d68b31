"""Which processes belong to the lab of one home."""

import fcntl
import os

from lab import state
from lab.home import Home


def is_held(home: Home) -> bool:
    """Whether any process of a lab in this home still lives: each of them holds the lock."""
    try:
        descriptor = os.open(home.lock_file, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def holders(home: Home) -> list[int]:
    """Return the processes of the lab in this home that still live, as far as its last state names them."""
    present = state.last(home)
    if present is None or not is_held(home):
        return []
    import psutil  # noqa: PLC0415 -- only where somebody is looked for

    pids = [present.supervisor, *(replica["pid"] for replica in present.replicas.values() if replica["pid"])]
    return [pid for pid in pids if psutil.pid_exists(pid)]
