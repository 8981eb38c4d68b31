"""A machine that has more to do than it can: as many processes as it has cores do nothing but compute."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def saturated() -> Iterator[None]:
    """Have every core wanted by one process more, of the same niceness as everybody."""
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
