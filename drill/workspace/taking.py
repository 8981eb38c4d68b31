"""Reading a folder that somebody has worked in: which services are in it, and whether they can be run."""

import difflib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from chaos.scenario.actions import OUTSIDE
from drill.errors import Unfit
from drill.places import NO_SERVICES, ROOT, services
from drill.workspace.service import Files

IMPORT_WITHIN_S = 30.0
LONGEST_DIFF = 200_000
"""Characters."""
LOAD = 'import sys; from services.chassis.serve import load; load(*sys.argv[1:]); print("imported")'
MAKE = "Make one with: lab workspace create SCENARIO DIR"


def services_in(folder: Path) -> Sequence[str]:
    """Return the services whose code is in `folder`, in short. Raises `Unfit`."""
    inside = folder / "services"
    if not inside.is_dir():
        raise Unfit(f"There is no folder `services` in {folder}.", hint=MAKE)
    found = sorted(one.name for one in inside.iterdir() if one.is_dir() and one.name.isidentifier())
    found = [name for name in found if name != "__pycache__"]
    known = services()
    for name in found:
        if name == OUTSIDE:
            raise Unfit(
                f"{OUTSIDE} is the outside world: it runs from the lab's own code.", hint=_remove(inside / name)
            )
        if name in NO_SERVICES or name not in known:
            raise Unfit(
                f"There is no service called {name}.", hint=f"{_remove(inside / name)} There are: {', '.join(known)}."
            )
    if not found:
        raise Unfit(f"There is no service in {inside}.", hint=MAKE)
    return found


def ensure_importable(folder: Path, names: Sequence[str]) -> None:
    """Raise `Unfit` when the code of a service cannot even be imported; each is tried in a process of its own."""
    for name in names:
        if problem := _problem(folder, name):
            raise Unfit(
                f"services/{name} in {folder} cannot be imported: {problem}", hint="Mend that; nothing was started."
            )


def _problem(folder: Path, name: str) -> str:
    command = [sys.executable, "-m", "drill.proving.judged", "-c", LOAD, f"services.{name}", str(folder)]
    try:
        done = subprocess.run(  # noqa: S603 -- this very Python
            command,
            cwd=ROOT,
            env={"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            timeout=IMPORT_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it takes longer than {IMPORT_WITHIN_S:g} s."
    if done.returncode == 0 and done.stdout.endswith(b"imported\n"):
        return ""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1][:500] if lines else f"Python ended with {done.returncode}."


def copied(folder: Path, names: Sequence[str], to: Path) -> None:
    """Copy the code of those services, so that what is judged stays what it was when it was handed in."""
    for name in names:
        leave_out = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(folder / "services" / name, to / "services" / name, ignore=leave_out)


def difference(before: Files, folder: Path) -> str:
    """Return what has changed in a service's folder, as a unified diff; what is longer than a reader likes is cut."""
    text = "".join(_changes(before, folder))
    return text if len(text) <= LONGEST_DIFF else f"{text[:LONGEST_DIFF]}\n[cut]\n"


def _changes(before: Files, folder: Path) -> Iterator[str]:
    after = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path, b""), after.get(path, b"")
        if old != new:
            was, is_now = (one.decode(errors="replace").splitlines(keepends=True) for one in (old, new))
            here = f"services/{folder.name}/{path}"
            yield from difflib.unified_diff(was, is_now, fromfile=f"a/{here}", tofile=f"b/{here}")


def _remove(path: Path) -> str:
    return f"Remove {path}."
