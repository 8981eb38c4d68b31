"""What a container of the platform does: `python -m lab.stack.enter order-service-1`.

Everything it is told follows from its name, unless the environment says otherwise, or an operator has changed it.
What it prints also goes into its log file, where `lab logs` and the collector read it.
"""

import os
import subprocess
import sys

from lab import child
from lab.child import Orders
from lab.errors import LabError
from lab.fleet import log_of
from lab.settings import for_processes
from lab.stack import changes
from lab.stack.topology import HOME, SITE, described, platform


def orders(name: str) -> Orders:
    """Return what the container called `name` is to be. Raises LabError when there is no such one."""
    topology = platform()
    instance = described(topology, name)
    said = for_processes(topology.spans_go_to(SITE.base))
    return Orders(
        instance=name,
        service=instance.process.name,
        target=instance.process.target,
        arguments=list(instance.process.arguments),
        environment=topology.environment(instance, SITE) | said | changes.read(HOME, name),
        log=str(log_of(instance, HOME)),
    )


def main() -> None:
    """Become it."""
    try:
        wanted = orders(sys.argv[1])
    except (LabError, OSError, IndexError) as error:
        sys.stderr.write(f"enter: {error}\n")
        sys.exit(2)
    copying = subprocess.Popen(["tee", "-a", wanted.log], stdin=subprocess.PIPE)  # noqa: S603, S607 -- of the image
    assert copying.stdin is not None  # noqa: S101 -- a pipe, see above
    for descriptor in (1, 2):
        os.dup2(copying.stdin.fileno(), descriptor)
    copying.stdin.close()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    child.carry_out(wanted)


if __name__ == "__main__":
    main()
