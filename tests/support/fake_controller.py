"""A controller that says exactly what a test wants it to say, on a real socket."""

import socket
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from services.chassis.channel_frames import Ack, Armed, ArmedScope, Hello, State, decode, encode

KEY = b"k" * 64
PATIENCE_S = 60.0


def armed(rev: int = 1, ttl_ms: int = 60_000, scope: ArmedScope | None = None, **params: Any) -> Armed:
    """Return a fault as it stands in a state."""
    return Armed(params=params, ttl_ms=ttl_ms, armed_rev=rev, scope=scope, seed=None)


class Conversation:
    """One agent's connection, after its hello."""

    def __init__(self, connection: socket.socket, key: bytes) -> None:
        connection.settimeout(PATIENCE_S)
        self._connection = connection
        self._lines = connection.makefile("rb")
        self._key = key
        self.hello = decode(self._lines.readline(), key, Hello)
        self.heard_us = self.hello.mono_us

    def state(self, faults: dict[str, Armed], **members: Any) -> State:
        """Return a state for this connection: epoch 1, revision 1, a lease of 10 s unless `members` say otherwise."""
        plain = {"epoch": 1, "rev": 1, "lease_ms": 10_000, "heard_us": self.heard_us, "session": self.hello.session}
        return State(**{**plain, **members}, faults=faults)

    def send(self, state: State, key: bytes | None = None) -> None:
        """Send `state`, signed with `key` if that is not the right one."""
        self.send_raw(encode(state, key or self._key))

    def send_raw(self, line: bytes) -> None:
        """Send `line` as it is; the agent may hang up before its end."""
        with suppress(ConnectionError):
            self._connection.sendall(line)

    def ack(self) -> Ack:
        """Return the agent's next acknowledgement."""
        ack = decode(self._lines.readline(), self._key, Ack)
        self.heard_us = ack.mono_us
        return ack

    def ended(self) -> None:
        """Wait until the agent hangs up."""
        with suppress(ConnectionError):
            while self._lines.readline():
                pass

    def hang_up(self) -> None:
        """End the connection."""
        with suppress(OSError):  # the agent may have ended it first
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


class FakeController:
    """Listens for agents; `accept` returns the next one's conversation."""

    def __init__(self, key: bytes = KEY, port: int = 0) -> None:
        self._key = key
        self._listening = socket.create_server(("127.0.0.1", port))
        self._conversations: list[Conversation] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._listening.getsockname()[1]
        return port

    @property
    def channel(self) -> str:
        """What an agent dials."""
        return f"127.0.0.1:{self.port}"

    def accept(self, within_s: float = PATIENCE_S) -> Conversation:
        """Wait for an agent's hello; raise `TimeoutError` when there is none."""
        self._listening.settimeout(within_s)
        connection, _ = self._listening.accept()
        with connection:
            conversation = Conversation(connection.dup(), self._key)
        self._conversations.append(conversation)
        return conversation

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.close()
        for conversation in self._conversations:
            conversation._lines.close()
            conversation._connection.close()
