"""A machine that has more to do than it can: as many processes as it has cores do little but compute.

Each of them rests for a tenth of its time. Without that, one that is woken up has to wait for whole slices of a virtual
machine with two cores, again and again, and what is measured is the scheduler.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

BUSY_S, REST_S = 0.045, 0.005
SHARE = BUSY_S / (BUSY_S + REST_S)
_HOG = f"""
import os, time
parent = os.getppid()
while os.getppid() == parent:
    ends = time.monotonic() + {BUSY_S}
    while time.monotonic() < ends:
        pass
    time.sleep({REST_S})
"""
"""It ends with whoever has started it, however that ends."""


@contextmanager
def saturated() -> Iterator[None]:
    """Have every core wanted by one process more, of the same niceness as everybody, for nine tenths of the time."""
    hogs = [subprocess.Popen([sys.executable, "-S", "-c", _HOG]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
