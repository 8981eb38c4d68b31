"""What the evidence store costs the platform: `python -m benchmarks.evidence_cost [--rounds 3] [--seconds 20]`.

One lab, in turns with its store running, and with its store killed again as soon as the supervisor has started it
again. First under the default load, where shoppers pause to think: requests that the load balancer served. Then
checkouts as fast as the two cores allow, where the store's processor time is missing elsewhere; the goals are those of
the first. Services keep what the store does not take for half a minute and drop it then; how much that was is printed.
"""

import asyncio
import contextlib
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from benchmarks import closed_loop, figures
from benchmarks.figures import Figure
from benchmarks.laboratory import Lab, get, lab

SKUS = ["TEA-EARL-100", "TEA-SENCHA-100", "TEA-ROOIBOS-250"]
CUSTOMERS = 16
SETTLE_S = 5.0
LOOK_EVERY_S = 0.05
KILLED_GOAL, RUNNING_GOAL = 0.98, 0.95
SERVED = "http_server_request_duration_seconds_count"


@contextmanager
def killed(running: Lab) -> Iterator[None]:
    """Kill the store, and whatever takes its place, until the end of the block."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(LOOK_EVERY_S):
            pid = running.state()["replicas"]["evidence-store-1"]["pid"]
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def wait_for_store(running: Lab) -> None:
    """Return when the store answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            get(f"{running.url('evidence')}/ready")
            return
        time.sleep(LOOK_EVERY_S)
    raise SystemExit("the store did not come back")


def shoppers(running: Lab, seconds: float) -> float:
    """Return requests per second that the load balancer serves."""
    before, began = _served(running), time.monotonic()
    time.sleep(seconds)
    return (_served(running) - before) / (time.monotonic() - began)


def checkouts(running: Lab, seconds: float) -> float:
    """Return checkouts per second, as fast as they go."""
    return asyncio.run(closed_loop.run(running.url("edge"), SKUS, customers=CUSTOMERS, seconds=seconds)).per_second


def _served(running: Lab) -> float:
    text = get(f"{running.url('edge')}/metrics")
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(SERVED + "{"))


def measure(running: Lab, work: Callable[[Lab, float], float], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Take turns; return what was done per second."""
    rates: dict[str, list[float]] = {"running": [], "killed": []}
    work(running, SETTLE_S)
    for _ in range(rounds):
        for name, state in (("running", nullcontext), ("killed", lambda: killed(running))):
            wait_for_store(running)
            dropped = running.spans()[1]
            with state():
                time.sleep(SETTLE_S)
                rates[name].append(work(running, seconds))
                lost = running.spans()[1] - dropped
            sys.stderr.write(f"  {name}: {rates[name][-1]:.1f}/s, {lost} spans dropped\n")
    return rates


def main() -> None:
    """Measure and print."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    told = []
    for title, load, work in (
        ("requests/s under the default load", ("--shape", "steady"), shoppers),
        ("checkouts/s as fast as they go", ("--no-load",), checkouts),
    ):
        with tempfile.TemporaryDirectory() as folder, lab(Path(folder) / "home", {}, *load) as running:
            closed_loop.wait_for_checkout(running.url("edge"), SKUS)
            rates = measure(running, work, options.rounds, options.seconds)
        median = {name: statistics.median(values) for name, values in rates.items()}
        default = work is shoppers
        print(title)
        for name, values in rates.items():
            print(f"  store {name:8} {median[name]:7.1f}  (of {', '.join(f'{value:.1f}' for value in values)})")
        for name, ratio, goal in (
            ("killed / running", median["killed"] / median["running"], KILLED_GOAL),
            ("running / killed", median["running"] / median["killed"], RUNNING_GOAL),
        ):
            shown = f"goal ≥ {goal:.2f}" if default else "no goal: every core is wanted"
            print(f"  {name}   {ratio:.3f}   {shown}")
            if default:
                told.append(Figure(f"{title}, store {name}", ratio, "", goal, at_least=True))
    figures.write(told, options.figures)


if __name__ == "__main__":
    main()
