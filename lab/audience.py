"""Who is told what happens: the command that started the lab, and commands that wait for something."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Listener = Callable[[dict[str, Any]], None]


class Audience:
    """Passes events on to whoever listens; one that has gone away is struck off."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def tell(self, event: str, **details: Any) -> None:
        """Tell everybody."""
        for listener in list(self._listeners):
            try:
                listener({"event": event, **details})
            except OSError:
                self._listeners.remove(listener)

    def admit(self, listener: Listener) -> None:
        """Let somebody listen from now on."""
        self._listeners.append(listener)

    @contextmanager
    def admitted(self, listener: Listener) -> Iterator[None]:
        """Let somebody listen for a while."""
        self.admit(listener)
        try:
            yield
        finally:
            if listener in self._listeners:
                self._listeners.remove(listener)


def pipe(descriptor: int) -> Listener:
    """Return a listener that writes each event as a line of JSON into a pipe."""

    def write(event: dict[str, Any]) -> None:
        os.write(descriptor, json.dumps(event).encode() + b"\n")

    return write
