"""Which life of the controller this is: a number that only rises, and survives the controller."""

import os
from contextlib import suppress
from pathlib import Path


class EpochFile:
    """The epoch, kept in a file of `home`. Raises `OSError` when it cannot be written and forced to the disk."""

    def __init__(self, home: Path) -> None:
        self._file = home / "epoch"
        self.current = 0

    def rise(self, above: int = 0) -> int:
        """Return a number higher than `above` and than every one handed out before, durably."""
        self.current = max(self._stored(), self.current, above) + 1
        draft = self._file.with_suffix(".new")
        with draft.open("w") as out:
            out.write(f"{self.current}\n")
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._file)
        _sync_folder(self._file.parent)
        return self.current

    def _stored(self) -> int:
        with suppress(FileNotFoundError, ValueError):
            return int(self._file.read_text())
        return 0


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
