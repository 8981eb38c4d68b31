"""An agent that answers only when a test wants it to, on a real socket."""

import asyncio
from time import monotonic
from types import TracebackType
from typing import Self

from chaos.frames import Ack, Declared, Hello, State, decode, encode


class FakeAgent:
    """Connects as a replica that has `faults`; it reads nothing and acknowledges nothing unless told to."""

    def __init__(self, port: int, key: bytes, instance: str, *faults: str, epoch: int = 0) -> None:
        self._port = port
        self._key = key
        self._instance = instance
        self._faults = faults
        self._epoch = epoch
        self._session = f"session of {instance}"

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(
            encode(
                Hello(
                    session=self._session,
                    instance=self._instance,
                    service="billing-service",
                    pid=1,
                    epoch=self._epoch,
                    mono_us=int(monotonic() * 1e6),
                    faults=[Declared(name=name, summary="", params=[], scoped=True) for name in self._faults],
                ),
                self._key,
            )
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.transport.abort()

    async def state(self) -> State:
        """Return the next state that comes in."""
        async with asyncio.timeout(20):
            return decode(await self._reader.readline(), self._key, State)

    async def ended(self) -> None:
        """Wait until the controller hangs up."""
        async with asyncio.timeout(20):
            try:
                while await self._reader.readline():
                    continue
            except ConnectionError:
                return

    def acknowledge(self, epoch: int, rev: int, session: str | None = None) -> None:
        """Say that this replica holds a state."""
        mono_us = int(monotonic() * 1e6)
        ack = Ack(
            session=session or self._session, epoch=epoch, rev=rev, instance=self._instance, pid=1, mono_us=mono_us
        )
        self.send_raw(encode(ack, self._key))

    def send_raw(self, line: bytes) -> None:
        """Send `line` as it is."""
        self._writer.write(line)
