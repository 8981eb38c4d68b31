"""What a drill needs from around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chaos.probes.addresses import AddressBook
from chaos.runner.ports import Lab


class Alerts(Protocol):
    """What fires."""

    async def firing(self) -> Mapping[str, str]:
        """Return the names of the alerts that fire, by what tells each apart; the worst first. Raises `LabFailed`."""


class Acts(Protocol):
    """What the people on call have done."""

    def since(self, at_s: float) -> Sequence[str]:
        """Return what they have done since a moment, seconds since the epoch."""


class Pager(Protocol):
    """Who is told."""

    def page(self, text: str, by: str) -> None:
        """Hear the page, and which alert it is for; `message`: somebody calls."""

    def news(self, what: str) -> None:
        """Hear what there is to tell, in a sentence that gives nothing away."""


@dataclass(frozen=True)
class Around:
    """Everything that a drill needs around it."""

    book: AddressBook
    lab: Lab
    alerts: Alerts
    acts: Acts
    pager: Pager
    provides: frozenset[str] = frozenset()
    token: str | None = None
