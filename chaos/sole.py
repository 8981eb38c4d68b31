"""One controller per home: two would not know of one another's acts, and each would take back what the other does."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

NAME = "controller.lock"
LONGEST_PID = 32


class HomeTaken(OSError):
    """Another controller is at work in this home."""


def hold(home: Path) -> int:
    """Lock `home` for the life of this process; the system lets go of it when the process ends, however it does.

    Return the open file, which no other process inherits. Raises `HomeTaken`, and `OSError` when it cannot be locked.
    """
    home.mkdir(parents=True, exist_ok=True)
    file = home / NAME
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(descriptor, LONGEST_PID, 0).decode(errors="replace").strip()
        os.close(descriptor)
        if not isinstance(error, BlockingIOError):
            raise OSError(f"{file} cannot be locked: {error.strerror}.") from error
        who = f"another controller (pid {holder})" if holder else "another controller"
        raise HomeTaken(f"{who} is at work in {home}. End it first, or set CHAOS_HOME to another folder.") from error
    with suppress(OSError):  # a full disk: the lock holds all the same
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor
