"""Many replicas, each a forked process with an agent of its own, that tell when their behaviour changes."""

import math
import os
import select
import signal
import struct
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from services.chassis.agent import SwitchAgent
from services.chassis.fault import Fault

FAULT = Fault("services.billing.faults.float_drift", "faulty", "fixed")
LOOK_EVERY_S = 0.001
WITHIN_S = 10.0
"""What takes longer is missed: on a machine with too much to do, some things never come about."""
RECORD = struct.Struct("=i?d")
"""Number of the replica, whether it is faulty, monotonic seconds. Written at once, so that writers do not mix."""


class ObservedReplicas:
    """`number` replicas that follow whoever listens on `channel`. Enter it before any thread is started: it forks."""

    def __init__(self, number: int, channel: str, key_file: Path) -> None:
        self.instances = [f"billing-service-{index + 1}" for index in range(number)]
        self._channel = channel
        self._key_file = key_file
        self._pids: list[int] = []
        self._read = -1
        self._faulty = dict.fromkeys(range(number), False)
        self._changed_at = dict.fromkeys(range(number), 0.0)

    def __enter__(self) -> Self:
        self._read, write = os.pipe()
        for index, instance in enumerate(self.instances):
            pid = os.fork()
            if pid == 0:
                _replica(index, instance, self._channel, self._key_file, write)
            self._pids.append(pid)
        os.close(write)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in self._pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(self._read)

    def all_become(self, behaviour: str) -> float:
        """Wait until all behave so; return the monotonic time at which the last of them was first seen to.

        Infinity: some did not within `WITHIN_S`.
        """
        faulty, deadline = behaviour == "faulty", time.monotonic() + WITHIN_S
        while any(seen != faulty for seen in self._faulty.values()):
            left_s = max(0.0, deadline - time.monotonic())
            if not select.select([self._read], [], [], left_s)[0]:
                return math.inf
            index, self_faulty, at = RECORD.unpack(os.read(self._read, RECORD.size))
            self._faulty[index] = self_faulty
            self._changed_at[index] = at
        return max(self._changed_at.values())


def _replica(index: int, instance: str, channel: str, key_file: Path, write: int) -> None:
    parent, faulty = os.getppid(), False
    with SwitchAgent(channel, key_file, instance, "billing-service", [FAULT]):
        while os.getppid() == parent:
            at, now = time.monotonic(), FAULT.behaviour == "faulty"
            if now != faulty:
                faulty = now
                os.write(write, RECORD.pack(index, faulty, at))
            time.sleep(LOOK_EVERY_S)
    os._exit(0)
