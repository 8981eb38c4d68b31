"""Memory of the whole lab under the default load: `python -m benchmarks.memory [--seconds 60]`.

Supervisor, fork server, services, controller and load generator, as `lab status` adds them up: on Linux proportional
memory (PSS), where a page that processes share counts in parts. Looked at every five seconds; the highest counts.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.laboratory import lab

GOAL_MB = 400.0
LOOK_EVERY_S = 5.0
WITH_SHOPPERS = ("--shape", "steady")


def measure(seconds: float) -> list[dict[str, Any]]:
    """Return what `lab status` said, look by look."""
    looks = []
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder) / "home", {}, *WITH_SHOPPERS) as running:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(LOOK_EVERY_S)
            looks.append(running.cli("status"))
            sys.stderr.write(f"  {looks[-1]['memory']['total_kb'] / 1024:.0f} MB\n")
    return looks


def main() -> None:
    """Measure and print."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    looks = measure(options.seconds)
    highest = max(looks, key=lambda look: look["memory"]["total_kb"])
    for replica in sorted(highest["replicas"], key=lambda replica: replica["memory_kb"] or 0, reverse=True):
        print(f"{replica['instance']:22}{(replica['memory_kb'] or 0) / 1024:7.1f} MB")
    print(f"{'the lab itself':22}{highest['memory']['lab_kb'] / 1024:7.1f} MB")
    kind, load = highest["memory"]["kind"], highest["load"]
    whole = Figure("memory of the whole lab under load, highest", highest["memory"]["total_kb"] / 1024, "MB", GOAL_MB)
    print(f"{'all':22}{whole.value:7.1f} MB ({kind}), {load['requests_per_s']:.1f} requests/s")
    print(f"goal ≤ {GOAL_MB:g} MB: {'met' if whole.met else 'MISSED'}")
    figures.write([whole], options.figures)


if __name__ == "__main__":
    main()
