"""The agent: a thread that keeps this process's switches as the controller wants them.

A thread with a blocking socket, because a task would be as late as the event loop is, and a service whose loop is
blocked is exactly what people look at here. It says nothing: a log line about the channel would be read during an
exercise.
"""

import os
import random
import secrets
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import BinaryIO, Self

import anyio.to_thread

from services.chassis.actions.action import Lasting
from services.chassis.actions.registry import actions_of, lasting_of
from services.chassis.channel_frames import MAX_LINE, Ack, Hello, Malformed, State, decode, encode, read_key
from services.chassis.declaration import Declaration, declared, understood
from services.chassis.fault_end import endings_of
from services.chassis.keeper import Keeper
from services.chassis.settings import ServiceSettings
from services.chassis.switches import BOARD, Switchboard

DIAL_S = 1.0
SILENCE_S = 2.0
"""A connection that has been silent for this long is over; the controller sends every 500 ms."""
PAUSE_MIN_S = 0.05
PAUSE_MAX_S = 1.0
FAREWELL_S = 1.0
STOP = "STOP"
"""File beside the channel's key; while it is there nothing is on."""


class SwitchAgent:
    """Follows the controller at `channel` (`host:port`; empty: nobody) from entering to leaving; a Part of a service.

    Raises `ValueError` for an address or a key file that cannot be meant.
    """

    def __init__(
        self,
        channel: str,
        key_file: Path | None,
        instance: str,
        service: str,
        faults: Sequence[Declaration],
        board: Switchboard = BOARD,
        lasting: Sequence[Lasting] = (),
    ) -> None:
        self._address = _address(channel) if channel else None
        if self._address is not None and key_file is None:
            raise ValueError("a channel needs its key: set CHANNEL_KEY_FILE as well as CHANNEL")
        self._key_file = key_file
        self._instance = instance
        self._service = service
        self._declared = {one.name: one for one in (*faults, *lasting)}
        self._board = board
        self._keeper = Keeper(lasting, board)
        self._stopping = threading.Event()
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._obeyed = False

    @classmethod
    def for_service(cls, settings: ServiceSettings, faults: Sequence[Declaration]) -> Self:
        """Return the agent of a service, for its own faults and the actions that any service can show.

        It does nothing when `settings.channel` is empty.
        """
        return cls(
            settings.channel,
            settings.channel_key_file,
            settings.instance,
            settings.service,
            [*faults, *actions_of(settings)],
            lasting=[*lasting_of(settings), *endings_of(faults)],
        )

    def __enter__(self) -> Self:
        if self._address is not None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._follow, name="agent", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        if (connected := self._socket) is not None:
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join(FAREWELL_S)
        self._board.clear()
        self._keeper.close()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await anyio.to_thread.run_sync(self.__exit__, kind, error, trace)

    def _follow(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            obeyed = self._converse()
            failures = 0 if obeyed else failures + 1
            ceiling = min(PAUSE_MAX_S, PAUSE_MIN_S * 2 ** min(failures, 8))
            self._stopping.wait(random.uniform(PAUSE_MIN_S, ceiling))  # noqa: S311 -- jitter, not a secret

    def _converse(self) -> bool:
        """Hold one connection until it ends, for whatever reason; tell whether it brought a state that was obeyed."""
        self._obeyed = False
        with suppress(OSError, ValueError):
            key = read_key(self._key())
            with self._dial() as connected, connected.makefile("rb") as lines:
                self._socket = connected
                self._listen(connected, lines, key)
        self._socket = None
        return self._obeyed

    def _listen(self, connected: socket.socket, lines: BinaryIO, key: bytes) -> None:
        session = secrets.token_hex(8)
        try:
            connected.sendall(encode(self._hello(session), key))
            while not self._stopping.is_set():
                self._obey(_next_state(lines, key, session))
                self._obeyed = True
                connected.sendall(encode(self._ack(session), key))
        finally:
            # Before the connection closes: whoever sees it closed may count on everything being off.
            self._board.clear()
            self._keeper.follow()

    def _dial(self) -> socket.socket:
        assert self._address is not None  # noqa: S101 -- there is no thread without an address
        connected = socket.create_connection(self._address, DIAL_S)
        if connected.getsockname() == connected.getpeername():
            connected.close()  # Dialling a free local port can meet itself: both ends are us.
            raise ConnectionRefusedError
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.settimeout(SILENCE_S)
        return connected

    def _obey(self, state: State) -> None:
        if not self._declared.keys() >= state.faults.keys():
            raise Malformed("names a fault that this replica does not have")
        read = {name: understood(self._declared[name], armed) for name, armed in state.faults.items()}
        clear = {name: armed for name, armed in read.items() if armed is not None}
        if self._lever_is_held():
            clear = {}
        self._board.apply(state.model_copy(update={"faults": clear}))
        self._keeper.follow()

    def _lever_is_held(self) -> bool:
        # The stop lever is a file beside the key: whoever can make one stops everything, whatever the controller says.
        return self._key().with_name(STOP).exists()

    def _key(self) -> Path:
        assert self._key_file is not None  # noqa: S101 -- checked together with the address
        return self._key_file

    def _hello(self, session: str) -> Hello:
        return Hello(
            session=session,
            instance=self._instance,
            service=self._service,
            pid=os.getpid(),
            epoch=self._board.epoch,
            mono_us=_now_us(),
            faults=[declared(one) for one in self._declared.values()],
        )

    def _ack(self, session: str) -> Ack:
        return Ack(
            session=session,
            epoch=self._board.epoch,
            rev=self._board.rev,
            instance=self._instance,
            pid=os.getpid(),
            mono_us=_now_us(),
        )


def _address(channel: str) -> tuple[str, int]:
    host, _, port = channel.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"CHANNEL is host:port, for example 127.0.0.1:8092, not {channel!r}")
    return host.strip("[]"), int(port)


def _next_state(lines: BinaryIO, key: bytes, session: str) -> State:
    line = lines.readline(MAX_LINE)
    if not line.endswith(b"\n"):
        raise Malformed("the stream ended, or the line is too long")
    state = decode(line, key, State)
    if state.session != session:
        raise Malformed("meant for another connection")
    return state


def _now_us() -> int:
    return int(monotonic() * 1e6)
