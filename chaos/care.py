"""The controller's side of its caretaker: started, told, and started anew should it die."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from io import FileIO
from pathlib import Path

import structlog

from chaos.undo import Record

ROOT = Path(__file__).resolve().parent.parent
# Neither site-packages nor the environment: a third of the memory, and nothing that could break it.
COMMAND = (
    sys.executable,
    "-S",
    "-E",
    "-c",
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); from chaos.caretaker import main; main()",
)


log = structlog.get_logger()


class Caretaker:
    """A process that undoes what is left when this one is gone. Telling it never waits."""

    def __init__(self) -> None:
        self._records: dict[int, Record] = {}
        self._process, self._pipe = _start(())

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def will_do(self, number: int, record: Record) -> None:
        """Tell it what would undo an act that is about to happen."""
        self._records[number] = record
        self._tell(_told(number, record))

    def undone(self, number: int) -> None:
        """Tell it that there is nothing left to undo there."""
        self._records.pop(number, None)
        self._tell(f"- {number}\n")

    def beat(self) -> None:
        """Tell it that the controller lives; should it have died, there is another one that knows as much."""
        if self._process.poll() is not None:
            log.error("caretaker.lost", pid=self.pid)
            self._pipe.close()
            self._process, self._pipe = _start(_told(number, record) for number, record in self._records.items())
        self._tell(".\n")

    def close(self) -> None:
        """Let it go: it undoes what is left, and ends."""
        with suppress(OSError):
            self._pipe.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        with suppress(OSError):  # it has gone, which the next beat mends, or it is stuck, and its pipe full
            self._pipe.write(line.encode())


def _told(number: int, record: Record) -> str:
    return f"+ {number} {json.dumps(record)}\n"


def _start(told: Iterable[str]) -> "tuple[subprocess.Popen[bytes], FileIO]":
    """Start one for which `told` lies ready: it knows as much from its first moment, should this process die then."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    pipe = os.fdopen(writing, "wb", buffering=0)
    with suppress(OSError):
        for line in told:
            pipe.write(line.encode())
    try:
        process = subprocess.Popen(COMMAND, stdin=reading, cwd="/", start_new_session=True)  # noqa: S603 -- our own command
    finally:
        os.close(reading)
    return process, pipe
