"""What is asked for."""

from dataclasses import dataclass
from pathlib import Path

from advisor.calm.model import Architecture
from lab.home import Home
from lab.state import LabState
from lab.topology import platform

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Wanted:
    """One look for drift."""

    home: Home
    of: Architecture
    since: str
    enough: int
    terraform: tuple[Path, ...] = ()
    kubernetes: tuple[Path, ...] = ()
    cloudformation: tuple[Path, ...] = ()
    root: Path = ROOT
    """Where the project's files are."""


def ours() -> frozenset[str]:
    """Return the names of the platform's services."""
    return frozenset(process.name for process in platform().processes if process.joins_channel)


def service_of(container: str) -> str:
    """Return of which service a container is a replica; one that is none goes by its own name."""
    service, _, number = container.rpartition("-")
    return service if service in ours() and number.isdecimal() else container


def is_contained(home: Home, running: LabState) -> bool:
    """Whether the processes of a lab are containers."""
    return home.is_contained or any(one.get("contained") for one in running.replicas.values())


def outside() -> frozenset[str]:
    """Return the names of the lab's own processes, which the document does not describe."""
    return frozenset(process.name for process in platform().processes if not process.joins_channel)
