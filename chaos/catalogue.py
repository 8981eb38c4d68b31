"""Which faults the replicas have: what they have declared since the controller started."""

from collections.abc import Iterable
from dataclasses import dataclass

from chaos.frames import Declared
from chaos.parameters import Parameter

GENERAL = frozenset({"api", "database", "queue", "process"})
"""What the names of faults start with that every replica has: whoever wants one has to say where."""


@dataclass(frozen=True)
class Known:
    """A fault that some replica has declared."""

    name: str
    summary: str
    params: tuple[Parameter, ...]
    is_scoped: bool
    """Whether it can be shown to some calls only."""

    @property
    def is_general(self) -> bool:
        """Whether every service has it, so that there is no natural place for it."""
        return self.name.partition(".")[0] in GENERAL


class Catalogue:
    """A fault stays listed when the last replica that has it goes away."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}

    def add(self, declared: Iterable[Declared]) -> None:
        """Take note of what a replica has."""
        for one in declared:
            params = tuple(Parameter.model_validate(param.model_dump(exclude_none=True)) for param in one.params)
            self._known[one.name] = Known(one.name, one.summary, params, one.scoped)

    def has(self, name: str) -> bool:
        """Tell whether `name` has been declared."""
        return name in self._known

    def get(self, name: str) -> Known:
        """Return a fault that has been declared."""
        return self._known[name]

    def declared(self) -> list[Known]:
        """Return all faults, by name."""
        return [known for _, known in sorted(self._known.items())]
