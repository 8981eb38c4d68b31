"""What reading a switch costs a service: `python -m benchmarks.switch_read`. Goal: below 1 µs while nothing is on."""

import statistics
import timeit

from benchmarks import figures
from benchmarks.figures import Figure
from services.chassis.fault import Fault
from tests.support.faults import switched_on

READS = 200_000
ROUNDS = 15
GOAL_NS = 1000.0


class Plain:
    """An object with a behaviour and no switch: what one would write without us."""

    def __init__(self, behaviour: str) -> None:
        self.behaviour = behaviour


def reading_ns(thing: object) -> float:
    """Return nanoseconds for one `thing.behaviour`, the loop around it included."""
    return timeit.timeit("thing.behaviour", globals={"thing": thing}, number=READS) / READS * 1e9


def main() -> None:
    """Measure the three in turn, so that whatever else the machine does falls on all of them."""
    options = figures.arguments(__doc__).parse_args()
    plain, fault = Plain("fixed"), Fault("services.billing.faults.float_drift", "faulty", "fixed")
    rows: dict[str, list[float]] = {"plain attribute": [], "inactive switch": [], "active switch": []}
    for _ in range(ROUNDS):
        rows["plain attribute"].append(reading_ns(plain))
        rows["inactive switch"].append(reading_ns(fault))
        with switched_on(fault):
            rows["active switch"].append(reading_ns(fault))
    base = statistics.median(rows["plain attribute"])
    print(f"{'':18}{'median ns':>10}{'worst ns':>10}{'ratio':>8}")
    for name, times in rows.items():
        median = statistics.median(times)
        print(f"{name:18}{median:10.0f}{max(times):10.0f}{median / base:8.1f}")
    inactive = Figure("reading an inactive switch, slowest round", max(rows["inactive switch"]), "ns", GOAL_NS)
    print(f"goal: inactive below {GOAL_NS:g} ns: {'met' if inactive.met else 'MISSED'}")
    figures.write([inactive], options.figures)


if __name__ == "__main__":
    main()
