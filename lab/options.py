"""What `lab up` asks of a supervisor, and how the two of them talk while it starts."""

import json
from dataclasses import asdict, dataclass

from lab.home import Home
from lab.site import DEFAULT_BASE

PLATFORM = "lab.topology:platform"
DETACH = b"detach\n"
"""Written by the command that started the lab to let go of it; until then the lab ends with that command."""


@dataclass(frozen=True)
class UpOptions:
    """How a lab is to be."""

    home: str
    port_base: int = DEFAULT_BASE
    """0: find a free block."""
    users: int | None = None
    """None: as many as the load generator sees fit."""
    shape: str = "steady"
    load: bool = True
    fresh: bool = False
    """Whether databases and logs of former runs are deleted first."""
    topology: str = PLATFORM
    services: str = ""
    """Folder whose code runs in place of the lab's own, for the services that are in it; absolute."""

    def to_json(self) -> str:
        """As the supervisor's one argument."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "UpOptions":
        """Read the supervisor's argument."""
        return cls(**json.loads(text))

    def where(self) -> Home:
        """The home, made absolute."""
        return Home.at(self.home)
