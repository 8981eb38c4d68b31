"""A TCP relay between agents and their controller: a network cable that can be cut without anybody being told."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

PIECE = 65_536
LOOK_EVERY_S = 0.02


class Relay:
    """Listens, and passes everything on to `port` until it is cut; from then on it swallows what it gets."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(LOOK_EVERY_S)
        self._cut = threading.Event()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._sockets: list[socket.socket] = []

    @property
    def channel(self) -> str:
        """What agents dial."""
        return f"127.0.0.1:{self._listening.getsockname()[1]}"

    def cut(self) -> None:
        """Let nothing pass, in either direction; connections stay open."""
        self._cut.set()

    def mend(self) -> None:
        """Let new things pass; what was swallowed is lost, so that old connections are of no use."""
        self._cut.clear()

    def _accept(self) -> None:
        while not self._ended.is_set():
            with suppress(TimeoutError):
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += [near, far]
                for source, drain in ((near, far), (far, near)):
                    source.settimeout(LOOK_EVERY_S)
                    thread = threading.Thread(target=self._pass, args=(source, drain))
                    self._threads.append(thread)
                    thread.start()

    def _pass(self, source: socket.socket, drain: socket.socket) -> None:
        while not self._ended.is_set():
            try:
                data = source.recv(PIECE)
                if not self._cut.is_set():
                    drain.sendall(data)
                if not data:
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        for connection in (*self._sockets, self._listening):
            connection.close()
