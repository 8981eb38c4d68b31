"""Where the processes of a lab find one another, and their data: on this machine, or in containers."""

from typing import Protocol

from lab import preflight
from lab.home import Home
from lab.ports import free_port, is_free

LOOPBACK = "127.0.0.1"


class Places(Protocol):
    """One kind of lab."""

    listens: str
    """Address that processes listen on."""
    spans_go_to: str | None
    """URL of who takes spans, if that is no process of the topology."""

    def host(self, name: str) -> str:
        """Return the host on which others find the replica called `name`."""

    def port(self, usual: int, *, spare: bool) -> int:
        """Return the port for another replica, whose `usual` one may be taken; `spare`: it is not described."""

    def way_port(self) -> int:
        """Return a port for another way, which nobody uses where calls are carried."""

    def database(self, home: Home, name: str) -> str:
        """Return the URL of a database, or of the queue: `broker`."""

    def controller_token(self, home: Home) -> str | None:
        """Return what callers have to show to the chaos controller, if others could reach it."""

    async def empty(self, home: Home) -> None:
        """Delete all data of the platform, whose processes have ended. Raises LabError."""


class Here:
    """Processes of this machine that share a folder."""

    listens = LOOPBACK
    spans_go_to: str | None = None

    def host(self, name: str) -> str:
        """Return this machine."""
        del name
        return LOOPBACK

    def port(self, usual: int, *, spare: bool) -> int:
        """Return the usual port, if it is this replica's and free."""
        return free_port() if spare or not is_free(usual) else usual

    def way_port(self) -> int:
        """Return a free port."""
        return free_port()

    def database(self, home: Home, name: str) -> str:
        """Return the URL of a file."""
        return f"sqlite+aiosqlite:///{home.database(name)}"

    def controller_token(self, home: Home) -> str | None:
        """Return nothing: only this machine reaches it."""
        del home
        return None

    async def empty(self, home: Home) -> None:
        """Delete the files."""
        with preflight.troubles_with(home):
            preflight.delete_databases(home)
