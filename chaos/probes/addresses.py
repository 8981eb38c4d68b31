"""Where the replicas of a running lab are."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Target:
    """One replica."""

    instance: str
    service: str
    url: str

    def is_of(self, name: str | None) -> bool:
        """Whether `name` is this replica, its service, or nobody in particular."""
        return name is None or name in (self.service, self.instance)


class AddressBook(Protocol):
    """Who is there now. It is asked again whenever somebody is looked for: replicas come and go."""

    def replicas(self) -> list[Target]:
        """Return every replica."""

    def url(self, short: str) -> str:
        """Return the URL of a process by its short name, `edge` or `controller`; raise `LookupError`."""


class StateFile:
    """The file in which a running lab tells who is there, `<home>/run/state.json`."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def replicas(self) -> list[Target]:
        """Return every replica; nobody while the file cannot be read."""
        try:
            state = json.loads(self._file.read_bytes())
            return [
                Target(instance, replica["service"], str(replica["url"]))
                for instance, replica in state["replicas"].items()
            ]
        except (OSError, ValueError, KeyError):
            return []

    def url(self, short: str) -> str:
        """Return the URL of a process by its short name; raise `LookupError`."""
        try:
            return str(json.loads(self._file.read_bytes())["urls"][short])
        except (OSError, ValueError, KeyError):
            raise LookupError(f"this lab has no {short}") from None
