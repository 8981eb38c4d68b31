"""A process with one fault and an agent, which tells on its standard output how it behaves: a replica, for tests.

`python -m tests.support.replica_process CHANNEL KEY_FILE INSTANCE [--blocked]`

Each line is `{"at": monotonic seconds, "behaviour": "faulty" | "fixed" | "blocked"}`, one for every change. With
`--blocked` its event loop is blocked until a line comes in on standard input. It ends with its standard input.
"""

import asyncio
import json
import sys
import threading
import time
from pathlib import Path

from services.chassis.agent import SwitchAgent
from services.chassis.fault import Fault

FAULT = Fault("services.billing.faults.float_drift", "faulty", "fixed")
LOOK_EVERY_S = 0.001


def tell(behaviour: str, at: float | None = None) -> None:
    """Write one line."""
    line = json.dumps({"at": at or time.monotonic(), "behaviour": behaviour})
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def watch(until: threading.Event) -> None:
    """Tell every change of behaviour."""
    last = None
    while not until.wait(LOOK_EVERY_S):
        at, behaviour = time.monotonic(), FAULT.behaviour
        if behaviour != last:
            tell(behaviour, at)
            last = behaviour


async def block() -> None:
    """Block the event loop until a line comes in, then tell the behaviour that the loop sees first."""
    tell("blocked")
    sys.stdin.readline()
    tell(FAULT.behaviour)


def main(channel: str, key_file: str, instance: str, *flags: str) -> None:
    """Run until standard input ends."""
    with SwitchAgent(channel, Path(key_file), instance, "billing-service", [FAULT]):
        if "--blocked" in flags:
            asyncio.run(block())
        ended = threading.Event()
        watcher = threading.Thread(target=watch, args=(ended,))
        watcher.start()
        sys.stdin.read()
        ended.set()
        watcher.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
