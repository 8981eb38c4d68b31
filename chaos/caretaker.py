"""The reaper's side: a small process beside the controller that only knows how to undo.

It is told everything through its standard input, one line each: `+ NUMBER RECORD` before an act, `- NUMBER` once that
has been taken back, `.` as a heartbeat. It acts when its input ends (the controller is gone) and when that has been
silent for a lease (the controller hangs), from memory: no journal and no disk is needed. What it undid it undoes once
more a little later, since an act may have been on its way.

Only the standard library is loaded, and little of that: it is there all the time.
"""

import json
import os
import select
import signal
import time

from chaos.undo import CannotUndo, Record, carry_out

SILENCE_S = 2.0
AGAIN_S = 0.5
TIMES = 2
"""How often undoing has to have worked: an act may have landed after the first time."""
PATIENCE_S = 60.0
"""How long it goes on trying once the controller has gone; then the next controller has the journal's undo rows."""
INPUT = 0


class Duty:
    """What is left to undo, by number."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}

    def hear(self, line: str) -> None:
        """Take note of one line from the controller."""
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


def follow(duty: Duty) -> None:
    """Keep up with the controller until its end; act whenever it has been silent for too long."""
    unread, acted = b"", False
    while True:
        readable, _, _ = select.select([INPUT], [], [], AGAIN_S if acted else SILENCE_S)
        if not readable:
            duty.act()
            acted = True
            continue
        if not (data := os.read(INPUT, 1 << 16)):
            return
        acted = False
        *lines, unread = (unread + data).split(b"\n")
        for line in lines:
            duty.hear(line.decode())


def wind_up(duty: Duty) -> None:
    """Undo what the controller has left behind."""
    began, left = time.monotonic(), TIMES
    while duty.records and time.monotonic() - began < PATIENCE_S:
        left -= duty.act()
        if not left:
            return
        time.sleep(AGAIN_S)


def main() -> None:
    """Live as long as the controller, and a moment longer."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the end of the input is the end, however the controller is ended
    duty = Duty()
    follow(duty)
    wind_up(duty)
