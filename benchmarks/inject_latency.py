"""How long a change takes to reach the last replica: `python -m benchmarks.inject_latency --replicas 32`.

Replicas are real processes with the agent of the services. Two moments are measured: the last acknowledgement that the
controller had, and the moment at which the behaviour is seen changed in the last process, which looks once a
millisecond. Then the controller is killed, hung, and cut off by a relay that stops to pass anything on, and the time is
taken until the last process is back to normal. All of it on a machine that has nothing else to do, and on one whose
every core is wanted by a process more; the goals are those of the first.

Waiting ends: what has not been acknowledged within 250 ms, or not been seen within ten seconds, is missed, counts as
endless and is told.
"""

import math
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from benchmarks import figures
from benchmarks.distribution import head, line
from benchmarks.figures import Figure
from benchmarks.observed_replicas import ObservedReplicas
from benchmarks.saturation import saturated
from tests.support.chaos_processes import FAULT, ControllerProcess
from tests.support.listening_port import free_port
from tests.support.relay import Relay

CHANGE_MS, KILLED_MS, LOST_MS = 50.0, 250.0, 2_100.0


Row = tuple[str, str]
ROWS: tuple[Row, ...] = tuple((change, seen) for change in ("inject", "stop") for seen in ("acknowledged", "behaviour"))


class Measurement:
    """What is done with `replicas`, which dial `port`, for `within_s` seconds each time at most."""

    def __init__(self, replicas: ObservedReplicas, home: Path, port: int, within_s: float) -> None:
        self._replicas = replicas
        self._home = home
        self._port = port
        self._within_s = within_s

    def changes(self, rounds: int) -> dict[Row, list[float]]:
        """Switch a fault on and off; return the milliseconds of each kind of change, infinity where it was missed."""
        rows: dict[Row, list[float]] = {row: [] for row in ROWS}
        with self._controller() as controller:
            for _ in self._as_often_as_possible(rounds):
                order = {"fault": FAULT, "duration_s": 60, "accept_partial": True}
                began = monotonic()
                injected = controller.client.post("/activations", json=order)
                is_on = self._note(rows, "inject", began, injected, "faulty")
                began = monotonic()
                stopped = controller.client.post("/stop", params={"fault": FAULT})
                if is_on:  # there is nothing to measure otherwise
                    self._note(rows, "stop", began, stopped, "fixed")
                else:
                    self._replicas.all_become("fixed")
        return rows

    def lost(self, how: signal.Signals) -> float:
        """Return the milliseconds from losing the controller in the midst of a fault until the last one is fixed."""
        with self._controller() as controller:
            if not self._break(controller):
                return math.inf
            lost = controller.kill(how)
            return (self._replicas.all_become("fixed") - lost) * 1e3

    def cut_off(self) -> float:
        """Return the same for a network that passes nothing any more, in either direction."""
        with ControllerProcess(self._home) as controller, Relay(controller.channel_port, self._port) as cable:
            controller.wait_for(*self._replicas.instances)
            if not self._break(controller):
                return math.inf
            lost = monotonic()
            cable.cut()
            return (self._replicas.all_become("fixed") - lost) * 1e3

    def several(self, measure: Callable[[], float], times: int) -> list[float]:
        """Return what `measure` does, so many times if there is the time."""
        return [measure() for _ in self._as_often_as_possible(times)]

    def _as_often_as_possible(self, times: int) -> Iterator[None]:
        ends, done = monotonic() + self._within_s, 0
        while done < times and monotonic() < ends:
            yield
            done += 1
        if done < times:
            print(f"{done} of {times} times: {self._within_s:g} s were over")

    def _note(self, rows: dict[Row, list[float]], change: str, began: float, answer: httpx.Response, to: str) -> bool:
        """Note both times of one change; return whether it was seen to be complete."""
        acknowledged = behaves = math.inf
        if answer.is_success:
            acknowledged = _slowest_ms(answer.json()["replicas"])
            behaves = (self._replicas.all_become(to) - began) * 1e3
        rows[change, "acknowledged"].append(acknowledged)
        rows[change, "behaviour"].append(behaves)
        return behaves < math.inf

    def _break(self, controller: ControllerProcess) -> bool:
        controller.inject(accept_partial=True)
        return self._replicas.all_become("faulty") < math.inf

    def _controller(self) -> ControllerProcess:
        controller = ControllerProcess(self._home, CHAOS_CHANNEL_PORT=str(self._port))
        controller.wait_for(*self._replicas.instances)
        return controller


def _slowest_ms(replicas: Iterable[Mapping[str, Any]]) -> float:
    """Return when the last one acknowledged; infinity when one has not within the controller's 250 ms."""
    times = [replica["applied_ms"] for replica in replicas]
    return math.inf if None in times else max(times, default=math.inf)


def main() -> None:
    """Measure, and print one line per promise."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--replicas", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=100, help="times a fault is switched on and off")
    parser.add_argument("--deaths", type=int, default=10, help="times the controller is killed")
    parser.add_argument("--hangs", type=int, default=3, help="times the controller is hung, and times it is cut off")
    parser.add_argument("--within", type=float, default=120.0, help="seconds for each kind of measurement, at most")
    parser.add_argument("--only", choices=("idle", "saturated"), help="measure on such a machine only")
    options = parser.parse_args()
    told: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), free_port()
        with ObservedReplicas(options.replicas, f"127.0.0.1:{port}", home / "channel.key") as replicas:
            measurement = Measurement(replicas, home, port, options.within)
            for load, machine in (("idle", nullcontext), ("saturated", saturated)):
                if options.only not in (None, load):
                    continue
                head(f"{options.replicas} replicas, {load}; ms until the last one")
                free = load == "idle"
                with machine():
                    for (change, seen), times in measurement.changes(options.rounds).items():
                        told += line(f"{change}, {seen} of the last replica", times, CHANGE_MS if free else None)
                    told += _losses(measurement, options.deaths, options.hangs, free=free)
    figures.write(told, options.figures)


def _losses(measurement: Measurement, deaths: int, hangs: int, *, free: bool) -> list[Figure]:
    ways: list[tuple[str, Callable[[], float], int, float]] = [
        ("controller killed", lambda: measurement.lost(signal.SIGKILL), deaths, KILLED_MS),
        ("controller hung", lambda: measurement.lost(signal.SIGSTOP), hangs, LOST_MS),
        ("controller cut off", measurement.cut_off, hangs, LOST_MS),
    ]
    told = []
    for name, measure, times, goal in ways:
        told += line(f"{name}, last replica is back", measurement.several(measure, times), goal if free else None)
    return told


if __name__ == "__main__":
    main()
