"""From `lab up` to the first successful checkout: `python -m benchmarks.start [--rounds 5]`.

The clock starts with the command and stops when an order has been accepted through the load balancer, tried from the
first moment on. Each round is a new lab in a new folder, shoppers included, as `make up` starts it.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import closed_loop, figures
from benchmarks.figures import Figure
from benchmarks.laboratory import Lab, free_ports
from lab.site import PORTS

SKUS = ["TEA-EARL-100", "TEA-SENCHA-100"]
GOAL_S = 3.0


def measure(home: Path) -> tuple[float, float]:
    """Return seconds until the first accepted checkout, and until the command returned."""
    base = free_ports(PORTS)
    command = [sys.executable, "-m", "lab", "up", "--detach", "--home", str(home), "--port-base", str(base), "--json"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as starting:
        try:
            closed_loop.wait_for_checkout(f"http://127.0.0.1:{base}", SKUS)
            first_checkout_s = time.perf_counter() - began
            starting.wait()
            return first_checkout_s, time.perf_counter() - began
        finally:
            starting.wait()
            Lab(home).cli("down")


def main() -> None:
    """Measure and print."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rounds = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(measure(Path(folder) / "home"))
    checkouts, returns = zip(*rounds, strict=True)
    for name, times in (("first checkout", checkouts), ("lab up returned", returns)):
        print(f"{name:16} {statistics.median(times):5.2f} s  (of {', '.join(f'{time_s:.2f}' for time_s in times)})")
    first = Figure("start to first successful checkout, median", statistics.median(checkouts), "s", GOAL_S)
    print(f"goal ≤ {GOAL_S:g} s: {'met' if first.met else 'MISSED'}")
    figures.write([first], options.figures)


if __name__ == "__main__":
    main()
