"""A process of the lab that is not forked: `python -m lab.execed LIFELINE [MODULE …]`.

It loads the modules, then waits for its orders, one line of JSON on standard input, and becomes what they say. So the
load generator can load while the services start, and begin to shop only when they are ready.
"""

import contextlib
import importlib
import json
import os
import sys

from lab import lifeline
from lab.child import Orders, become

MAX_ORDERS = 1 << 16


def main() -> None:
    """Wait for orders and carry them out; end when there will be none."""
    descriptor = int(sys.argv[1])
    os.set_inheritable(descriptor, False)  # noqa: FBT003 -- it takes no keywords
    lifeline.hold(descriptor)
    for module in sys.argv[2:]:
        with contextlib.suppress(Exception):  # what needs it will fail, and say so in its log
            importlib.import_module(module)
    line = b""
    while not line.endswith(b"\n"):
        if not (data := os.read(0, MAX_ORDERS)):
            return
        line += data
    become(Orders(**json.loads(line)))


if __name__ == "__main__":
    main()
