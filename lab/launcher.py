"""Starting processes: what the supervisor knows of one that runs, however it was started."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lab.child import Orders


class LaunchFailed(Exception):
    """The process could not be started at all."""


@dataclass(frozen=True)
class Running:
    """One process."""

    pid: int
    ended: "asyncio.Future[str]"
    """Resolves to how it ended: `exit code 1`, `signal 9 (SIGKILL)`."""
    send: Callable[[int], None]
    """Sends a signal, as long as the process is there."""
    started_s: float | None = None
    """When it was started, seconds since the epoch; None: the system can be asked by its pid."""

    @property
    def is_contained(self) -> bool:
        """Whether it runs in a container: its pid means nothing here."""
        return self.started_s is not None


class Launcher(Protocol):
    """One way of starting processes."""

    async def start(self, orders: Orders) -> Running:
        """Start one. Raises LaunchFailed."""


def how_it_ended(status: int) -> str:
    """Say in words how a process ended; a negative status is a signal's number."""
    if status >= 0:
        return f"exit code {status}"
    try:
        return f"signal {-status} ({signal.Signals(-status).name})"
    except ValueError:
        return f"signal {-status}"
