"""The reaper: a small process beside the controller that only knows how to undo.

It is forked from the controller before that has threads, sockets or files, and told everything through a pipe, one
line each: `+ NUMBER RECORD` before an act, `- NUMBER` once that has been taken back, `.` as a heartbeat. It acts when
the pipe ends (the controller is gone) and when it has been silent for a lease (the controller hangs), from memory: no
journal and no disk is needed. What it undid it undoes once more a little later, since an act may have been on its way.
"""

import json
import os
import select
import signal
import sys
import time
from contextlib import suppress
from typing import NoReturn

from chaos.undo import CannotUndo, Record, carry_out

SILENCE_S = 2.0
AGAIN_S = 0.5
PATIENCE_S = 60.0
"""How long it goes on trying once the controller has gone; then the next controller has the journal's undo rows."""
SHIELDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Caretaker:
    """The controller's end of the pipe. Nothing here waits: a pipe that is full has a caretaker that is stuck."""

    def __init__(self, descriptor: int, pid: int) -> None:
        self.pid = pid
        self._descriptor = descriptor

    @classmethod
    def fork(cls) -> "Caretaker":
        """Start a caretaker for this process, which must have no thread yet that matters."""
        reading, writing = os.pipe()
        if (pid := os.fork()) == 0:
            os.close(writing)
            _live(reading)
        os.close(reading)
        os.set_blocking(writing, False)
        return cls(writing, pid)

    def will_do(self, number: int, record: Record) -> bool:
        """Tell it what would undo an act that is about to happen; say whether it has heard."""
        return self._tell(f"+ {number} {json.dumps(record)}\n")

    def undone(self, number: int) -> None:
        """Tell it that there is nothing left to undo there."""
        self._tell(f"- {number}\n")

    def beat(self) -> None:
        """Tell it that the controller lives. Raises `ChildProcessError` when the caretaker does not."""
        if os.waitpid(self.pid, os.WNOHANG) != (0, 0):
            raise ChildProcessError("the caretaker has gone")
        self._tell(".\n")

    def close(self) -> None:
        """Let it go: it undoes what is left, and ends."""
        os.close(self._descriptor)
        os.waitpid(self.pid, 0)

    def _tell(self, line: str) -> bool:
        try:
            return os.write(self._descriptor, line.encode()) == len(line.encode())
        except OSError:
            return False


class _Duty:
    """What is left to undo."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}

    def hear(self, line: str) -> None:
        sign, _, rest = line.partition(" ")
        number, _, record = rest.partition(" ")
        if sign == "+":
            self.records[number] = json.loads(record)
        elif sign == "-":
            self.records.pop(number, None)

    def act(self) -> bool:
        """Undo everything, the latest act first; tell whether all of it worked."""
        worked = True
        for record in reversed(list(self.records.values())):
            try:
                carry_out(record)
            except CannotUndo:
                worked = False
        return worked


def _live(reading: int) -> NoReturn:
    try:
        for number in SHIELDED:
            signal.signal(number, signal.SIG_IGN)  # it ends when the pipe does, however the controller is ended
        with suppress(ImportError):
            from setproctitle import setproctitle  # noqa: PLC0415 -- as in the processes of the lab

            setproctitle("controller: caretaker")
        duty = _Duty()
        _follow(reading, duty)
        _wind_up(duty)
    finally:
        sys.stdout.flush()
        os._exit(0)


def _follow(reading: int, duty: _Duty) -> None:
    """Keep up with the controller until the pipe ends; act whenever it has been silent for too long."""
    unread, acted = b"", False
    while True:
        readable, _, _ = select.select([reading], [], [], AGAIN_S if acted else SILENCE_S)
        if not readable:
            duty.act()
            acted = True
            continue
        if not (data := os.read(reading, 1 << 16)):
            return
        acted = False
        *lines, unread = (unread + data).split(b"\n")
        for line in lines:
            duty.hear(line.decode())


def _wind_up(duty: _Duty) -> None:
    began = time.monotonic()
    while not duty.act() and time.monotonic() - began < PATIENCE_S:
        time.sleep(AGAIN_S)
    if duty.records:
        time.sleep(AGAIN_S)
        duty.act()
