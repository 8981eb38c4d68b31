"""What must be so before anything is started. Each check says what is wrong and what to do about it."""

import errno
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lab import control, state
from lab.errors import AlreadyRunning, HomeUnusable, LabError, NotRunning
from lab.home import Home

SOCKET_PREFIX = "lab-"
PROBE_BYTES = 1 << 20
REMAINS_WITHIN_S = 15.0
"""A lab whose supervisor was killed ends within this time by itself."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def troubles_with(home: Home) -> Iterator[None]:
    """Turn an OSError that concerns the home into a HomeUnusable that says what to do."""
    try:
        yield
    except OSError as error:
        raise _unusable(home, error) from error


def _unusable(home: Home, error: OSError) -> HomeUnusable:
    if error.errno in _FULL:
        return HomeUnusable(
            f"There is no room on the disk of {home.root}: {error.strerror}.",
            hint="Make room, or use another disk: lab up --home DIR",
        )
    return HomeUnusable(
        f"{error.filename or home.root} cannot be written: {error.strerror}.",
        hint="Give yourself the right to write there, or use another folder: lab up --home DIR",
    )


def absent(home: Home) -> list[Path]:
    """Return what a start would make in `home`, and above it, and is not there yet; what lies deeper comes last."""
    with troubles_with(home):
        above = [folder for folder in (home.root, *home.root.parents) if not folder.exists()]
        inside = (home.data, home.logs, home.run, home.lock_file, home.key_file)
        return [*reversed(above), *(path for path in inside if not path.exists())]


def remove(made: Iterable[Path]) -> None:
    """Take away again what has been made, in the opposite order; a folder that somebody has filled stays."""
    for path in reversed(list(made)):
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()


def prepare(home: Home, *, min_free_mb: int) -> None:
    """Make the home's folders and see that there is room. Raises HomeUnusable."""
    with troubles_with(home):
        for folder in (home.data, home.logs, home.run):
            folder.mkdir(parents=True, exist_ok=True)
        free_mb = shutil.disk_usage(home.root).free >> 20
        if free_mb < min_free_mb:
            raise HomeUnusable(
                f"Only {free_mb} MB are free on the disk of {home.root}; a lab needs {min_free_mb} MB.",
                hint="Make room, or use another disk: lab up --home DIR",
            )
        probe = home.run / "probe"
        try:
            probe.write_bytes(bytes(PROBE_BYTES))
        finally:
            probe.unlink(missing_ok=True)


def lock(home: Home, *, waiting: Callable[[], None]) -> int:
    """Return a descriptor that holds the home's lock until its last copy is closed.

    Every process of a lab keeps one, so that the lock is free only when all of them have gone. Raises AlreadyRunning.
    """
    with troubles_with(home):
        descriptor = os.open(home.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + REMAINS_WITHIN_S
    while not _try(descriptor):
        _turn_away_second_lab(home)
        if time.monotonic() > deadline:
            raise AlreadyRunning(
                f"Processes of a former lab still run in {home.root}.",
                hint="See them with: lab doctor; end them by their pid.",
            )
        waiting()
        time.sleep(0.1)
    if not _is_at(descriptor, home.lock_file):  # whoever held it has been refused and took it away
        os.close(descriptor)
        return lock(home, waiting=waiting)
    return descriptor


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False


def answers(home: Home) -> bool:
    """Whether a supervisor is at work in this home."""
    try:
        control.call(home, "ping", timeout_s=2.0)
    except NotRunning:
        return False
    except LabError:
        return True  # it is there, and busy
    return True


def _turn_away_second_lab(home: Home) -> None:
    if not answers(home):
        return
    present = state.last(home)
    pid = f" (supervisor: pid {present.supervisor})" if present else ""
    raise AlreadyRunning(
        f"A lab already runs in {home.root}{pid}.",
        hint="See it: lab status. End it: lab down. Another one beside it: lab up --home DIR --port-base 0",
    )


def remove_former_socket(home: Home) -> None:
    """Remove what a supervisor that was killed has left in the folder for temporary files."""
    former = state.last(home)
    if former is not None and (folder := Path(former.socket).parent).name.startswith(SOCKET_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def empty(home: Home) -> None:
    """Delete databases, logs and evidence."""
    with troubles_with(home):
        delete_databases(home)
        if home.evidence.exists():
            shutil.rmtree(home.evidence)
        for log in (*home.logs.glob("*.log*"), *home.run.glob("*.log*")):
            log.unlink(missing_ok=True)


def delete_databases(home: Home) -> None:
    """Delete every database, with what SQLite puts next to it."""
    for file in home.data.iterdir():
        if file.is_file():
            file.unlink(missing_ok=True)


def make_key(home: Home) -> None:
    """Make the channel's key, 256 bits in hexadecimal, unless there is one; nobody else may read it."""
    with troubles_with(home):
        if home.key_file.exists():
            home.key_file.chmod(0o600)
            return
        descriptor = os.open(home.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
