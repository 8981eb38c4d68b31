"""A toxic on a proxy, as the API tells of it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from chaos.proxy.toxic import Toxic

Direction = Literal["upstream", "downstream"]
"""`upstream`: from the client to the server."""


@dataclass(eq=False)
class Applied:
    """One toxic under its name. Its attributes and toxicity can be changed while connections have it."""

    name: str
    type: str
    stream: str
    """The direction, as it was written."""
    toxicity: float
    """Which share of the connections has it, 0 to 1."""
    toxic: Toxic

    @property
    def direction(self) -> Direction:
        """Where on the connections it works."""
        return "upstream" if self.stream.lower() == "upstream" else "downstream"

    def as_json(self) -> dict[str, Any]:
        """Return it as the API tells it."""
        return {
            "attributes": asdict(self.toxic),  # type: ignore[call-overload]
            "name": self.name,
            "type": self.type,
            "stream": self.stream,
            "toxicity": self.toxicity,
        }
