"""The folder that a site is written into: empty, new, or one that a site was written into before."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from advisor.calm.source import shown
from lab.errors import LabError, Usage

RECORD = "lab-arch-site.json"
"""Lists the files that were written, so that the next time they, and nothing else, are replaced."""
HINT = "Choose a folder that is empty or does not exist: --out DIR"


def ensure_it_is_free(folder: Path) -> None:
    """Raise Usage when something lies in a folder that is not ours."""
    if folder.is_dir():
        if any(folder.iterdir()) and _written_before(folder) is None:
            raise Usage(f"{shown(folder)} is not empty, and no site was written into it.", hint=HINT)
    elif folder.exists() or folder.is_symlink():
        raise Usage(f"{shown(folder)} is no folder.", hint=HINT)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files, and remove those of the last time that are no longer part of the site. Raises LabError."""
    try:
        ensure_it_is_free(folder)
        before = _written_before(folder) or []
        folder.mkdir(parents=True, exist_ok=True)
        _record(folder, dict.fromkeys([*before, *files]))  # what is written half can be written again
        for name, text in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8", "replace"))  # half of a character is no reason to fail
        for name in before:
            if name not in files:
                (folder / name).unlink(missing_ok=True)
        _record(folder, files)
    except OSError as error:
        raise LabError(
            f"{shown(folder)} cannot be written: {error.strerror}.", hint="Choose another: --out DIR"
        ) from error


def _record(folder: Path, names: Iterable[str]) -> None:
    text = json.dumps({"written-by": "lab arch site", "files": sorted(names)}, indent=1)
    (folder / RECORD).write_text(f"{text}\n", encoding="utf-8")


def _written_before(folder: Path) -> list[str] | None:
    """Return the files that were written the last time; None: there was none."""
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    names = found.get("files") if isinstance(found, dict) else None
    return [one for one in names if _is_inside(one)] if isinstance(names, list) else None


def _is_inside(name: object) -> bool:
    """Say whether a name stays in the folder, whatever somebody has written into the record."""
    return isinstance(name, str) and ".." not in PurePosixPath(name).parts and not PurePosixPath(name).is_absolute()
