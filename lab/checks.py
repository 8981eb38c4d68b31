"""What may be wrong with a machine, and what to do about it: the checks of `lab doctor`."""

import importlib.util
import os
import re
import resource
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from lab import preflight
from lab.errors import LabError
from lab.freshness import ROOT
from lab.home import Home
from lab.lock_holders import holders
from lab.ports import ensure_free
from lab.settings import Settings
from lab.site import PORTS
from lab.topology import platform

LOCK_FILE = ROOT / "requirements.lock"
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<marker> *;)?")
ENOUGH_MEMORY_MB = 1024
ENOUGH_FILES = 1024
SANE_SINCE = 1_750_000_000
"""A clock that shows an earlier time, Unix seconds, is wrong."""


@dataclass(frozen=True)
class Finding:
    """The outcome of one check."""

    check: str
    verdict: Literal["good", "doubtful", "bad"]
    what: str
    todo: str = ""


def python() -> Finding:
    """Is this Python new enough, and in an environment of its own."""
    what = f"Python {sys.version.split()[0]} in {sys.prefix}"
    if sys.version_info < (3, 11):  # noqa: UP036 -- it may have been changed under the environment
        return Finding("python", "bad", what, "Install Python 3.11 or newer, delete .venv, then: make setup")
    if sys.prefix == sys.base_prefix:
        return Finding("python", "doubtful", f"{what}, not a virtual environment", "make setup")
    return Finding("python", "good", what)


def venv_module() -> Finding:
    """Can virtual environments be made."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return Finding("venv", "good", "virtual environments can be made")
    return Finding("venv", "bad", "this Python cannot make virtual environments", "On Debian: apt install python3-venv")


def packages() -> Finding:
    """Are the packages those that the lock names."""
    if not LOCK_FILE.exists():
        return Finding("packages", "doubtful", f"there is no {LOCK_FILE.name} to compare with")
    wrong = list(_differences(LOCK_FILE.read_text().splitlines()))
    if not wrong:
        return Finding("packages", "good", f"as {LOCK_FILE.name} says")
    return Finding("packages", "bad", "; ".join(wrong[:5]) + (" …" if wrong[5:] else ""), "make setup")


def _differences(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not (pin := PINNED.match(line)):
            continue
        try:
            installed = metadata.version(pin["name"])
        except metadata.PackageNotFoundError:
            if not pin["marker"]:  # what has one may be for other systems
                yield f"{pin['name']} {pin['version']} is missing"
            continue
        if installed != pin["version"]:
            yield f"{pin['name']} is {installed} instead of {pin['version']}"


def memory() -> Finding:
    """Is there memory."""
    import psutil  # noqa: PLC0415 -- only for this verb

    free_mb = psutil.virtual_memory().available >> 20
    if free_mb < ENOUGH_MEMORY_MB:
        return Finding("memory", "doubtful", f"only {free_mb} MB available", "End other programs; a lab needs 400 MB.")
    return Finding("memory", "good", f"{free_mb} MB available")


def open_files() -> Finding:
    """May a process open enough files."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)  # a lab raises its own bound up to this
    if most == resource.RLIM_INFINITY:
        return Finding("open files", "good", "unlimited")
    if most < ENOUGH_FILES:
        return Finding("open files", "doubtful", f"{most} per process", f"Raise the hard limit to {ENOUGH_FILES}.")
    return Finding("open files", "good", f"{most} per process")


def clock() -> Finding:
    """Does the clock show a believable time."""
    if time.time() < SANE_SINCE:
        return Finding("clock", "bad", f"it shows {time.ctime()}", "Set the clock; logs and traces are sorted by it.")
    return Finding("clock", "good", time.strftime("%Y-%m-%d %H:%M:%S %Z"))


def sockets() -> Finding:
    """Can a Unix socket be made where the supervisor makes its own."""
    with tempfile.TemporaryDirectory(prefix="lab-") as folder, socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(os.path.join(folder, "control"))  # noqa: PTH118 -- a socket's address is text
        except OSError as error:
            return Finding(
                "sockets", "bad", f"no Unix socket in {folder}: {error}", "Set TMPDIR to a short local path."
            )
    return Finding("sockets", "good", f"Unix sockets in {Path(tempfile.gettempdir())}")


def home(place: Home) -> Finding:
    """Can the home be written, and is there room."""
    try:
        absent = preflight.absent(place)
        try:
            preflight.prepare(place, min_free_mb=Settings.from_environment().min_free_mb)
            free_gb = shutil.disk_usage(place.root).free / (1 << 30)
        finally:
            preflight.remove(absent)
    except LabError as error:
        return Finding("home", "bad", error.message, error.hint)
    return Finding("home", "good", f"{place} can be written, {free_gb:.1f} GB free")


def key(place: Home) -> Finding:
    """Is the key of the agents' channel nobody else's."""
    if not place.key_file.exists():
        return Finding("key", "good", "will be made at the first start")
    mode = place.key_file.stat().st_mode & 0o777
    if mode & 0o077:
        return Finding("key", "bad", f"others may read {place.key_file} ({mode:o})", f"chmod 600 {place.key_file}")
    return Finding("key", "good", "readable for you only")


def ports(place: Home, base: int) -> Finding:
    """Are the ports free, or this lab's own."""
    if pids := holders(place):
        return Finding("ports", "good", f"a lab runs in {place.root} ({len(pids)} processes)")
    try:
        ensure_free(platform().ports(base))
    except LabError as error:
        return Finding("ports", "bad", error.message, error.hint)
    return Finding("ports", "good", f"{base} to {base + PORTS - 1} are free")


def remains(place: Home) -> Finding:
    """Do processes of a lab live on that nobody supervises."""
    if not (pids := holders(place)) or preflight.answers(place):
        return Finding("remains", "good", "no process of a former lab is left")
    listed = " ".join(map(str, pids))
    return Finding("remains", "bad", f"processes of a former lab: {listed}", f"kill -9 {listed}")


def all_checks(place: Home, base: int) -> list[Callable[[], Finding]]:
    """Return every check, in the order in which a person would make them."""
    general = [python, venv_module, packages, memory, open_files, clock, sockets]
    return [
        *general,
        lambda: home(place),
        lambda: key(place),
        lambda: ports(place, base),
        lambda: remains(place),
    ]
