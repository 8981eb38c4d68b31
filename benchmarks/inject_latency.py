"""How long a change takes to reach the last replica: `python -m benchmarks.inject_latency --replicas 32`.

Replicas are real processes with the agent of the services. Two moments are measured: the last acknowledgement that the
controller had, and the moment at which the behaviour is seen changed in the last process, which looks once a
millisecond. Then the controller is killed and hung, and the time is taken until the last process is back to normal.
"""

import signal
import socket
import statistics
import tempfile
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.observed_replicas import ObservedReplicas
from tests.support.chaos_processes import ControllerProcess


def main() -> None:
    """Measure, and print one line per promise."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--replicas", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=100, help="times a fault is switched on and off")
    parser.add_argument("--deaths", type=int, default=10, help="times the controller is killed")
    parser.add_argument("--hangs", type=int, default=3, help="times the controller is hung")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), _free_port()
        with ObservedReplicas(options.replicas, f"127.0.0.1:{port}", home / "channel.key") as replicas:
            print(f"{options.replicas} replicas, {options.rounds} rounds; milliseconds until the last replica")
            print(f"{'':34}{'p50':>8}{'p99':>8}{'max':>8}   goal")
            told = _measure_changes(replicas, home, port, options.rounds)
            killed = [_loss(replicas, home, port, signal.SIGKILL) for _ in range(options.deaths)]
            told += _row("controller killed, behaviour", killed, 250)
            hung = [_loss(replicas, home, port, signal.SIGSTOP) for _ in range(options.hangs)]
            told += _row("controller hung, behaviour", hung, 2100)
    figures.write(told, options.figures)


def _measure_changes(replicas: ObservedReplicas, home: Path, port: int, rounds: int) -> list[Figure]:
    names = [f"{change}, {seen}" for change in ("inject", "stop") for seen in ("acknowledged", "behaviour")]
    rows: dict[str, list[float]] = {name: [] for name in names}
    partial = 0
    with _controller(home, port) as controller:
        controller.wait_for(*replicas.instances)
        for _ in range(rounds):
            began = monotonic()
            injected = controller.inject(accept_partial=True)
            partial += injected["state"] == "partial"
            rows["inject, acknowledged"].append(injected["applied_ms"])
            rows["inject, behaviour"].append((replicas.all_become("faulty") - began) * 1e3)
            began = monotonic()
            stopped = controller.client.delete(f"/activations/{injected['id']}").json()
            rows["stop, acknowledged"].append(stopped["applied_ms"])
            rows["stop, behaviour"].append((replicas.all_become("fixed") - began) * 1e3)
    told = [figure for name, times in rows.items() for figure in _row(name, times, 50)]
    if partial:
        print(f"{partial} times not everybody had acknowledged within 250 ms")
    return told


def _loss(replicas: ObservedReplicas, home: Path, port: int, how: signal.Signals) -> float:
    """Return the milliseconds from losing the controller in the midst of a fault until the last replica is fixed."""
    with _controller(home, port) as controller:
        controller.wait_for(*replicas.instances)
        controller.inject(accept_partial=True)
        replicas.all_become("faulty")
        lost = controller.kill(how)
        return (replicas.all_become("fixed") - lost) * 1e3


def _controller(home: Path, port: int) -> ControllerProcess:
    return ControllerProcess(home, CHAOS_CHANNEL_PORT=str(port))


def _row(name: str, times: Iterable[float], goal: float) -> list[Figure]:
    ordered = sorted(times)
    if not ordered:
        return []
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    figure = Figure(f"{name} of the last replica, p99", p99, "ms", goal)
    verdict = "met" if figure.met else "MISSED"
    print(f"{name:34}{statistics.median(ordered):8.1f}{p99:8.1f}{ordered[-1]:8.1f}   p99 < {goal:g}: {verdict}")
    return [figure]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
