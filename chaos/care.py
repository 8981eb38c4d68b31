"""The controller's side of its caretaker: started, told, and started anew should it die."""

import json
import os
import subprocess
import sys
from contextlib import suppress
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
        self._process = _start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def will_do(self, number: int, record: Record) -> None:
        """Tell it what would undo an act that is about to happen."""
        self._records[number] = record
        self._tell(f"+ {number} {json.dumps(record)}\n")

    def undone(self, number: int) -> None:
        """Tell it that there is nothing left to undo there."""
        self._records.pop(number, None)
        self._tell(f"- {number}\n")

    def beat(self) -> None:
        """Tell it that the controller lives; should it have died, there is another one that knows as much."""
        if self._process.poll() is not None:
            log.error("caretaker.lost", pid=self.pid)
            self._process = _start()
            for number, record in self._records.items():
                self._tell(f"+ {number} {json.dumps(record)}\n")
        self._tell(".\n")

    def close(self) -> None:
        """Let it go: it undoes what is left, and ends."""
        assert self._process.stdin is not None  # noqa: S101 -- it was asked for
        with suppress(OSError):
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 -- as above
        with suppress(OSError):  # it has gone, which the next beat mends, or it is stuck, and its pipe full
            self._process.stdin.write(line.encode())


def _start() -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, bufsize=0, cwd="/", start_new_session=True)  # noqa: S603 -- our own command
    assert process.stdin is not None  # noqa: S101 -- as above
    os.set_blocking(process.stdin.fileno(), False)
    return process
