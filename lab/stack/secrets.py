"""What containers have to show one another: made at the first start, in a volume that those share that need it.

The key of the agents' channel is where it always is: with the run.
"""

import os
import secrets
from contextlib import suppress

from lab import preflight
from lab.home import Home

CONTROLLER, POSTGRES, RABBITMQ, JOIN = "controller.token", "postgres.password", "rabbitmq.password", "join.password"
NAMES = (CONTROLLER, POSTGRES, RABBITMQ, JOIN)


def make(home: Home) -> None:
    """Make what is not there yet."""
    preflight.make_key(home)
    for name in NAMES:
        # Read by the users of other images as well; the volume is what keeps it from others.
        with suppress(FileExistsError), open(home.secrets / name, "x", opener=_readable) as file:
            file.write(secrets.token_hex(16))


def read(home: Home, name: str) -> str:
    """Return one. Raises OSError."""
    return (home.secrets / name).read_text().strip()


def _readable(path: str, flags: int) -> int:
    return os.open(path, flags, 0o444)
