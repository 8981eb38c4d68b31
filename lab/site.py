"""Where one lab stands: its home, its ports, its load."""

from dataclasses import dataclass

from lab.home import Home

DEFAULT_BASE = 8080
PORTS = 31
"""Consecutive ports that a lab uses, counted from its base."""
CHANNEL_OFFSET = 12
MESH_OFFSET = 13
EDGES_OFFSET = 14
"""Where the ways between the services begin, one port each."""
EVIDENCE_OFFSET = 28
FURTHER_OFFSET = 29
"""Where the ways begin that are not needed."""
SUPERVISOR_OF = "lab: supervisor of "
"""What the title of a supervisor's process starts with; its home follows."""


@dataclass(frozen=True)
class Site:
    """What the environments of the processes are computed from."""

    home: Home
    base: int = DEFAULT_BASE
    users: int | None = None
    """Shoppers; None: as many as the load generator sees fit."""
    shape: str = "steady"
    """Name of the load's shape over time."""

    @property
    def channel_port(self) -> int:
        """Where the switch agents dial."""
        return self.base + CHANNEL_OFFSET
