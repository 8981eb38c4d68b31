"""A TCP relay between agents and their controller: a network cable that can be cut without anybody being told."""

import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

PIECE = 65_536
LOOK_EVERY_S = 0.02


class Relay:
    """Listens on `port` (0: any) and passes all on to `target`, until it is cut: then it swallows what it gets.

    What passes, in either direction, is what `change` makes of it.
    """

    def __init__(self, target: int, port: int = 0, change: Callable[[bytes], bytes] = bytes) -> None:
        self._target = target
        self._change = change
        self._listening = socket.create_server(("127.0.0.1", port), backlog=256)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listening, selectors.EVENT_READ)
        self._cut = threading.Event()
        self._ended = threading.Event()
        self._done: list[socket.socket] = []
        self._thread = threading.Thread(target=self._pass_on)

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

    def _pass_on(self) -> None:
        while not self._ended.is_set():
            for key, _ in self._selector.select(LOOK_EVERY_S):
                if key.data is None:
                    self._accept()
                else:
                    self._pass_piece(key.fileobj, key.data)

    def _accept(self) -> None:
        near, _ = self._listening.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            near.close()
            return
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(one, selectors.EVENT_READ, other)

    def _pass_piece(self, source: object, drain: socket.socket) -> None:
        assert isinstance(source, socket.socket)
        data = b""
        with suppress(OSError):
            data = source.recv(PIECE)
        if not data:
            self._selector.unregister(source)
            self._done.append(source)
        if self._cut.is_set():
            return
        with suppress(OSError):
            if data:
                drain.sendall(self._change(data))
            else:
                drain.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        for one in (*self._done, *[key.fileobj for key in self._selector.get_map().values()]):
            assert isinstance(one, socket.socket)
            one.close()
        self._selector.close()
