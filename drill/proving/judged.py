"""Become a process that others have written the code of: `python -m drill.proving.judged ARGUMENT…`.

It takes limits upon itself that it cannot raise again, and goes on as `python ARGUMENT…`.
"""

import contextlib
import os
import resource
import sys

CPU_S = 120
MEMORY_BYTES = 3 << 30
"""Of address space: threads reserve far more than they use."""
FILE_BYTES = 256 << 20
OPEN_FILES = 1024
LIMITS = (
    (resource.RLIMIT_CPU, CPU_S),
    (resource.RLIMIT_AS, MEMORY_BYTES),
    (resource.RLIMIT_FSIZE, FILE_BYTES),
    (resource.RLIMIT_NOFILE, OPEN_FILES),
    (resource.RLIMIT_CORE, 0),
)


def main() -> None:
    """Take the limits, and become what is to be judged."""
    for which, most in LIMITS:
        with contextlib.suppress(ValueError, OSError):  # a tighter one holds already, or the system has none
            resource.setrlimit(which, (most, most))
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])  # noqa: S606 -- this very Python


if __name__ == "__main__":
    main()
