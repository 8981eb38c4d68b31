"""How soon a lost controller's acts are undone: `python -m benchmarks.caretaker`.

A process is stopped by the controller, which is then killed, or hung; the time is taken until the process goes on.
"""

import signal
import tempfile
import time
from pathlib import Path

from benchmarks import figures
from benchmarks.distribution import head, line
from tests.support.chaos_processes import ControllerProcess
from tests.support.fake_supervisor import INSTANCE, FakeSupervisor

KILLED_MS, HUNG_MS = 1_000.0, 3_000.0
LOOK_EVERY_S = 0.001


def measure(how: signal.Signals) -> float:
    """Return the milliseconds from losing the controller until what it has stopped goes on."""
    with (
        tempfile.TemporaryDirectory() as folder,
        FakeSupervisor(Path(folder)) as supervisor,
        ControllerProcess(Path(folder), CHAOS_LAB_STATE=str(supervisor.state_file)) as controller,
    ):
        order = {"fault": "process.pause", "on": [INSTANCE]}
        controller.client.post("/activations", json=order).raise_for_status()
        lost = controller.kill(how)
        while supervisor.is_stopped:
            time.sleep(LOOK_EVERY_S)
        return (time.monotonic() - lost) * 1e3


def main() -> None:
    """Measure, and print one line per promise."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--deaths", type=int, default=10)
    parser.add_argument("--hangs", type=int, default=3)
    options = parser.parse_args()
    head("ms until a paused process goes on")
    killed = [measure(signal.SIGKILL) for _ in range(options.deaths)]
    told = line("controller killed, caretaker has undone it", killed, KILLED_MS, promised_of="max")
    hung = [measure(signal.SIGSTOP) for _ in range(options.hangs)]
    told += line("controller hung, caretaker has undone it", hung, HUNG_MS, promised_of="max")
    figures.write(told, options.figures)


if __name__ == "__main__":
    main()
