"""What a running lab can be asked. The advisor does not know who answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from advisor.answer import Source
from advisor.calm.model import Architecture, Node
from advisor.drift.finding import Drift
from observability.evidence.evidence import Evidence
from observability.impact.model import Damage


@dataclass(frozen=True)
class Health:
    """One replica, asked at its health endpoint just now. `status`: none when nobody answered."""

    instance: str
    url: str
    status: int | None

    @property
    def well(self) -> bool:
        """Whether it says that it is well."""
        return self.status == 200


@dataclass(frozen=True)
class Firing:
    """An alert that fires. `subject`: the service or the flow that it is about."""

    name: str
    subject: str
    severity: str
    summary: str


@dataclass(frozen=True)
class Event:
    """Something that happened: an alert that fired or ended, something that somebody on call did."""

    at_s: float
    name: str
    text: str
    source: Source


@dataclass(frozen=True)
class Harm:
    """What does not hold between the books of the platform. `unseen`: what could not be judged, in sentences."""

    damages: tuple[Damage, ...] = ()
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changes:
    """Settings that are not as declared, and of whose change there is no record. `unseen`: why none could be asked."""

    drifts: tuple[Drift, ...] = ()
    unseen: str = ""


class Lab(Protocol):
    """A lab that runs."""

    @property
    def evidence(self) -> Evidence:
        """What was measured, traced and logged."""

    async def health(self, nodes: Sequence[Node]) -> dict[str, list[Health]]:
        """Ask the health endpoints of nodes; a node that this lab does not have is left out."""

    async def alerts(self) -> list[Firing]:
        """Return what fires."""

    async def harm(self) -> Harm:
        """Compare the books of all services, as the bill of an incident does."""

    async def changes(self, of: Architecture) -> Changes:
        """Compare the settings in force with what the document and its like say, and with what people have done."""

    async def events(self) -> list[Event]:
        """Return what happened, first things first."""
