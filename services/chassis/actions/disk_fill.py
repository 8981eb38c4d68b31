"""The disk runs full."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from services.chassis.declaration import integer

STEP = 4 << 20
MB = 1 << 20
KEPT_FREE = 200 * MB
"""What is never taken, bytes: a disk without room stops more than a service."""


class DiskFill:
    """Fills the disk that `folder` lies on, with a file that has no name and so goes with its process."""

    name = "process.disk_fill"
    summary = "Disk space runs out where the service keeps its data; the last 200 MB stay free."
    params = (integer("mb", "MB", "how much is taken", minimum=1, maximum=512, default=256),)
    scoped = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def burden(self, params: Mapping[str, Any]) -> "Filler":
        """Return the file, not written yet."""
        return Filler(self._folder, params["mb"] * MB)


class Filler:
    """An open file without a name."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._left = size
        self._file: IO[bytes] | None = None
        self._piece = b""

    def step(self) -> bool:
        """Write a little more, unless the disk is as full as it may get."""
        size = min(STEP, self._left)
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 -- closed by drop
                self._piece = os.urandom(STEP)  # some file systems store no zeros
            if shutil.disk_usage(self._folder).free < KEPT_FREE + size:
                return self._is_written()
            self._left -= self._file.write(self._piece[:size])
        except OSError:
            return self._is_written()
        return self._left > 0 or self._is_written()

    def renew(self, until: float) -> None:
        """Nothing to be done: whoever holds it watches the time."""

    def drop(self) -> None:
        """Give the space back."""
        if self._file is not None:
            self._file.close()

    def _is_written(self) -> bool:
        self._piece = b""
        return False
