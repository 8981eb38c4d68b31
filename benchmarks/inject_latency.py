"""How long a change takes to reach the last replica: `python -m benchmarks.inject_latency --replicas 32`.

Replicas are real processes with the agent of the services. Two moments are measured: the last acknowledgement that the
controller had, and the moment at which the behaviour is seen changed in the last process, which looks once a
millisecond. Then the controller is killed, hung, and cut off by a relay that stops to pass anything on, and the time is
taken until the last process is back to normal. All of it on a machine that has nothing else to do, and on one whose
every core is wanted by a process more; the goals are those of the first.
"""

import signal
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from time import monotonic

from benchmarks import figures
from benchmarks.distribution import head, line
from benchmarks.figures import Figure
from benchmarks.observed_replicas import ObservedReplicas
from benchmarks.saturation import saturated
from tests.support.chaos_processes import ControllerProcess
from tests.support.listening_port import free_port
from tests.support.relay import Relay

CHANGE_MS, KILLED_MS, LOST_MS = 50.0, 250.0, 2_100.0


class Measurement:
    """What is done with `replicas`, which dial `port`."""

    def __init__(self, replicas: ObservedReplicas, home: Path, port: int) -> None:
        self._replicas = replicas
        self._home = home
        self._port = port

    def changes(self, rounds: int) -> dict[str, list[float]]:
        """Switch a fault on and off; return the milliseconds of each kind of change."""
        names = [f"{change}, {seen}" for change in ("inject", "stop") for seen in ("acknowledged", "behaviour")]
        rows: dict[str, list[float]] = {name: [] for name in names}
        partial = 0
        with self._controller() as controller:
            for _ in range(rounds):
                began = monotonic()
                injected = controller.inject(accept_partial=True)
                partial += injected["state"] == "partial"
                rows["inject, acknowledged"].append(injected["applied_ms"])
                rows["inject, behaviour"].append((self._replicas.all_become("faulty") - began) * 1e3)
                began = monotonic()
                stopped = controller.client.delete(f"/activations/{injected['id']}").json()
                rows["stop, acknowledged"].append(stopped["applied_ms"])
                rows["stop, behaviour"].append((self._replicas.all_become("fixed") - began) * 1e3)
        if partial:
            print(f"{partial} times not everybody had acknowledged within 250 ms")
        return rows

    def lost(self, how: signal.Signals) -> float:
        """Return the milliseconds from losing the controller in the midst of a fault until the last one is fixed."""
        with self._controller() as controller:
            self._break(controller)
            lost = controller.kill(how)
            return (self._replicas.all_become("fixed") - lost) * 1e3

    def cut_off(self) -> float:
        """Return the same for a network that passes nothing any more, in either direction."""
        with ControllerProcess(self._home) as controller, Relay(controller.channel_port, self._port) as cable:
            controller.wait_for(*self._replicas.instances)
            self._break(controller)
            lost = monotonic()
            cable.cut()
            return (self._replicas.all_become("fixed") - lost) * 1e3

    def _break(self, controller: ControllerProcess) -> None:
        controller.inject(accept_partial=True)
        self._replicas.all_become("faulty")

    def _controller(self) -> ControllerProcess:
        controller = ControllerProcess(self._home, CHAOS_CHANNEL_PORT=str(self._port))
        controller.wait_for(*self._replicas.instances)
        return controller


def main() -> None:
    """Measure, and print one line per promise."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--replicas", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=100, help="times a fault is switched on and off")
    parser.add_argument("--deaths", type=int, default=10, help="times the controller is killed")
    parser.add_argument("--hangs", type=int, default=3, help="times the controller is hung, and times it is cut off")
    options = parser.parse_args()
    told: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), free_port()
        with ObservedReplicas(options.replicas, f"127.0.0.1:{port}", home / "channel.key") as replicas:
            measurement = Measurement(replicas, home, port)
            for load, machine in (("idle", nullcontext), ("saturated", saturated)):
                head(f"{options.replicas} replicas, {load}; ms until the last one")
                free = load == "idle"
                with machine():
                    for name, times in measurement.changes(options.rounds).items():
                        told += line(f"{name} of the last replica", times, CHANGE_MS if free else None)
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
        told += line(f"{name}, last replica is back", [measure() for _ in range(times)], goal if free else None)
    return told


if __name__ == "__main__":
    main()
