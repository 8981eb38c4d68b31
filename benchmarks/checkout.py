"""Checkouts per second: the platform, the platform without telemetry, and the same work in bare frameworks.

    python -m benchmarks.checkout [--rounds 3] [--seconds 8] [--customers 16]

A checkout counts when its order has been carried through: paid, booked, shipped. The time counts until the queue is
empty, so work that is put off is not work saved. All variants take turns in one run; what is printed are medians and
their ratios. The card network answers without delay. The platform runs as `lab up` starts it; telemetry goes to a
receiver that counts, on the same two cores, and spans made must equal spans received.
"""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from benchmarks import closed_loop, figures
from benchmarks.bare import platform as bare
from benchmarks.counting import counting_receiver, received
from benchmarks.figures import Figure
from benchmarks.laboratory import free_ports, lab

SKUS = ["TEA-EARL-100", "TEA-SENCHA-100", "TEA-ROOIBOS-250"]
WARM_UP_S = 2.0
DRAIN_WITHIN_S = 120.0
GOAL_RATIO = 0.6
GOAL_COST_PERCENT = 20.0
EXPORT_DELAY_S = 3.0  # a batch of spans waits 1 s at most

Variant = Callable[[Path], AbstractContextManager[str]]


@contextmanager
def platform(home: Path) -> Iterator[str]:
    """Run the platform with all of its telemetry, spans counted by a receiver."""
    with counting_receiver() as endpoint:
        environment = {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
        with lab(home, {"PROVIDER_LATENCY_MEDIAN_MS": "0", **environment}) as running:
            yield running.url("edge")
            time.sleep(EXPORT_DELAY_S)
            delivered, dropped = running.spans()
            counted = received(endpoint)
        sys.stderr.write(f"  spans delivered {delivered}, dropped {dropped}, counted by the receiver {counted}\n")
        if dropped or counted < delivered:  # what periodic jobs sent between the two looks comes on top
            raise SystemExit("not every span arrived, so there is nothing to compare")


@contextmanager
def quiet_platform(home: Path) -> Iterator[str]:
    """Run the platform without spans, request metrics and informational logs."""
    environment = {"PROVIDER_LATENCY_MEDIAN_MS": "0", "OTEL_SDK_DISABLED": "true", "LOG_LEVEL": "critical"}
    with lab(home, environment) as running:
        yield running.url("edge")


@contextmanager
def bare_platform(home: Path) -> Iterator[str]:
    """Run the bare services."""
    (home / "data").mkdir(parents=True)
    with bare.running(free_ports(16), home / "data") as url:
        yield url


VARIANTS: dict[str, Variant] = {"bare": bare_platform, "platform": platform, "no telemetry": quiet_platform}


def measure(variant: Variant, customers: int, seconds: float) -> float:
    """Return carried-through checkouts per second of one fresh start."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with variant(home) as url:
            closed_loop.wait_for_checkout(url, SKUS)
            asyncio.run(closed_loop.run(url, SKUS, customers=customers, seconds=WARM_UP_S))
            _drain(home)
            begun = time.perf_counter()
            tally = asyncio.run(closed_loop.run(url, SKUS, customers=customers, seconds=seconds))
            _drain(home)
            if tally.refused:
                raise SystemExit(f"checkouts were refused, so there is nothing to compare: {tally.refused}")
            return tally.accepted / (time.perf_counter() - begun)


def _drain(home: Path) -> None:
    """Wait until every message has been dealt with."""
    deadline = time.monotonic() + DRAIN_WITHIN_S
    while time.monotonic() < deadline:
        if not _count(home, "order", "outbox") and not _count(home, "broker", "messages"):
            return
        time.sleep(0.02)
    raise SystemExit(f"the queue was not empty after {DRAIN_WITHIN_S:g} s")


def _count(home: Path, database: str, table: str) -> int:
    with closing(sqlite3.connect(home / "data" / f"{database}.db", timeout=5)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 -- our own names


def main() -> None:
    """Measure and print."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--customers", type=int, default=16)
    options = parser.parse_args()
    rates: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for _ in range(options.rounds):
        for name, variant in VARIANTS.items():
            rates[name].append(measure(variant, options.customers, options.seconds))
            sys.stderr.write(f"  {name}: {rates[name][-1]:.1f}/s\n")
    median = {name: statistics.median(values) for name, values in rates.items()}
    ratio = median["platform"] / median["bare"]
    cost = 100 * (1 - median["platform"] / median["no telemetry"])
    for name, values in rates.items():
        print(f"{name:14} {median[name]:7.1f} checkouts/s  (of {', '.join(f'{value:.1f}' for value in values)})")
    print(f"platform / bare      {ratio:.2f}   goal ≥ {GOAL_RATIO:.2f}")
    print(f"cost of telemetry    {cost:.1f} %  goal ≤ {GOAL_COST_PERCENT:g} %")
    print(f"no telemetry / bare  {median['no telemetry'] / median['bare']:.2f}")
    told = [
        Figure("checkouts per second, platform / bare frameworks", ratio, "", GOAL_RATIO, at_least=True),
        Figure("cost of telemetry in checkouts per second", cost, "%", GOAL_COST_PERCENT),
    ]
    figures.write(told, options.figures)


if __name__ == "__main__":
    main()
