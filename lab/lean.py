"""What the fork server does without, for all replicas."""

import sys
from typing import cast

COLOURS = ("pygments", "rich")


def without_colours() -> None:
    """Have httpx and structlog, which colour what they print where they can, find that they cannot: 4 MB of code."""
    modules = cast("dict[str, object]", sys.modules)
    for name in COLOURS:
        modules.setdefault(name, None)
