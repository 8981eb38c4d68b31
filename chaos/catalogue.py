"""Which faults there are: what the replicas have declared since the controller started."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from chaos.errors import UnknownFault
from chaos.frames import Declared


class Catalogue:
    """Names and summaries of faults. A fault stays listed when the last replica that has it goes away."""

    def __init__(self) -> None:
        self._summaries: dict[str, str] = {}

    @property
    def summaries(self) -> Mapping[str, str]:
        """Name → summary, by name."""
        return dict(sorted(self._summaries.items()))

    def add(self, declared: Iterable[Declared]) -> None:
        """Take note of what a replica has."""
        self._summaries |= {fault.name: fault.summary for fault in declared}

    def ensure_known(self, name: str) -> None:
        """Raise `UnknownFault`, with the names that come nearest, unless `name` has been declared."""
        if name in self._summaries:
            return
        near = get_close_matches(name, self._summaries, n=3, cutoff=0.5)
        instead = f"Did you mean {' or '.join(near)}?" if near else "GET /faults lists them all."
        raise UnknownFault(f"There is no fault {name!r}.", instead=instead, near=near)
