"""Whether the source files of the project are still what was loaded from them.

Replicas are forked from a process that has loaded the services' code. Somebody who repairs that code and restarts a
service must get the repaired one.
"""

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
Stamp = tuple[int, int]
"""Time of the last change in ns, size in bytes."""


class Sources:
    """The project's modules that are loaded in this process, and what their files looked like then."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root
        self._seen: dict[str, tuple[Path, Stamp | None]] = {}

    def note(self) -> None:
        """Take down what is loaded now."""
        self._seen = {name: (path, _stamp(path)) for name, path in self._loaded().items()}

    def stale(self) -> bool:
        """Whether a file has changed, or gone, since."""
        return any(_stamp(path) != stamp for path, stamp in self._seen.values())

    def forget(self) -> None:
        """Unload the project's modules, so that the next import reads them again."""
        for name in self._loaded():
            del sys.modules[name]
        importlib.invalidate_caches()

    def _loaded(self) -> dict[str, Path]:
        """Modules whose files belong to the project; the lab's own, which are at work, are left out."""
        found = {}
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file and not name.startswith(("lab.", "__main__")) and name != "lab" and self._ours(Path(file)):
                found[name] = Path(file)
        return found

    def _ours(self, file: Path) -> bool:
        return file.is_relative_to(self._root) and "site-packages" not in file.parts


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
