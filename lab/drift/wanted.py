"""What is asked for."""

from dataclasses import dataclass
from pathlib import Path

from advisor.calm.model import Architecture
from lab.home import Home
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


def outside() -> frozenset[str]:
    """Return the names of the lab's own processes, which the document does not describe."""
    return frozenset(process.name for process in platform().processes if not process.joins_channel)
