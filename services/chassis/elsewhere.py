"""Services whose code lies in a folder of somebody's own, on the lab's chassis."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

import services

OURS = "services.chassis"


class Elsewhere(MetaPathFinder):
    """Finds services in one folder, or not at all: what is missing there must not be taken from here instead."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return where a module of a service lies; nothing for all others. Raises `ModuleNotFoundError`."""
        if not fullname.startswith("services.") or fullname == OURS or fullname.startswith(f"{OURS}."):
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is None:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return found


def take_from(folder: str) -> None:
    """Have every service that is imported from now on come from `folder/services`."""
    services.__path__[:] = [str(Path(folder) / "services")]
    sys.meta_path.insert(0, Elsewhere())
