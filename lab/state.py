"""What other processes may know about a running lab: `run/state.json`, replaced as a whole when something changes.

The file outlives a supervisor that was killed. Whether a lab runs is told by its control socket, never by this file.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from lab.errors import NotRunning, UnknownName
from lab.home import Home

VERSION = 1


@dataclass(frozen=True)
class LabState:
    """One run of a lab."""

    supervisor: int
    """Process id."""
    socket: str
    """Path of the control socket."""
    started_at: str
    """RFC 3339, UTC."""
    port_base: int
    urls: dict[str, str]
    """Short name of each process → URL of its first replica: `{"edge": "http://127.0.0.1:8080", …}`."""
    replicas: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Replica → `{"service", "short", "port", "url", "state", "pid", "contained"}`.

    pid is null while there is no process; that of one that is contained means nothing to others.
    """
    reset_at: str = ""
    """When its databases were last emptied, as `started_at`; empty: not in this run."""
    version: int = VERSION

    def url(self, short: str) -> str:
        """Return the URL of a process, by its short name."""
        try:
            return self.urls[short]
        except KeyError:
            raise UnknownName(f"This lab has no {short}.", hint=f"It has: {', '.join(self.urls)}.") from None


def write(home: Home, state: LabState) -> None:
    """Replace the state of `home`. Raises OSError when that is impossible."""
    draft = home.state_file.with_suffix(".new")
    draft.write_text(json.dumps(asdict(state), indent=1) + "\n")
    draft.replace(home.state_file)


def last(home: Home) -> LabState | None:
    """Return the state of the present or the last lab in `home`, or nothing when there was none."""
    try:
        members = json.loads(home.state_file.read_bytes())
        return LabState(**members) if members.get("version") == VERSION else None
    except (OSError, ValueError, TypeError):
        return None


def running(home: Home) -> LabState:
    """Return the state of the lab in `home`. Raises NotRunning when there is none."""
    state = last(home)
    if state is None:
        raise NotRunning(f"No lab runs in {home.root}.", hint="Start one with: lab up --detach")
    return state
