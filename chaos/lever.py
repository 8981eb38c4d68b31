"""The stop lever: a file that stops everything as long as it is there, whoever made it.

The replicas' agents look for it too, beside the key of their channel. A person with a shell and no controller can write
`touch .lab/run/STOP`.
"""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from chaos.errors import LeverHeld

NAME = "STOP"


class Lever:
    """The lever of one home."""

    def __init__(self, home: Path) -> None:
        self._file = home / NAME
        self._pulled = False
        self.reason = ""

    @property
    def is_held(self) -> bool:
        """Whether everything is to be off."""
        return self._pulled or self._file.exists()

    @property
    def since(self) -> datetime | None:
        """When it was pulled, as far as the file tells."""
        with suppress(OSError):
            return datetime.fromtimestamp(self._file.stat().st_mtime, UTC)
        return None

    def pull(self, reason: str) -> None:
        """Hold it. On a full disk it is held for this life of the controller only."""
        self._pulled, self.reason = True, reason
        with suppress(OSError):
            self._file.write_text(reason + "\n")

    def release(self) -> None:
        """Let it go. Raises `OSError` when the file cannot be removed."""
        self._file.unlink(missing_ok=True)
        self._pulled, self.reason = False, ""

    def ensure_released(self) -> None:
        """Raise `LeverHeld` while it is held."""
        if self.is_held:
            raise LeverHeld(
                "The stop lever is held: nothing is switched on.", instead="Release it first: DELETE /lever"
            )
