"""One toxic's place on one direction of one connection."""

import asyncio
from collections import deque
from collections.abc import Callable
from random import Random

from chaos.proxy.applied import Applied
from chaos.proxy.log import log
from chaos.proxy.toxic import Chunk
from chaos.proxy.toxics.noop import Noop


class Surroundings:
    """What a stub is told of its link: whom to hand bytes to, whom to tell that there is room, how to break off."""

    def __init__(
        self,
        onward: Callable[["ToxicStub", Chunk], None],
        closed: Callable[["ToxicStub"], None],
        balance: Callable[[], None],
        reset: Callable[[], None],
        random: Random,
    ) -> None:
        self.onward, self.closed, self.balance, self.reset, self.random = onward, closed, balance, reset, random


class ToxicStub:
    """Runs a toxic, and keeps what waits for it. Everything but the toxic itself happens at once, without awaiting."""

    def __init__(self, applied: Applied, around: Surroundings) -> None:
        self.applied = applied
        self.random = around.random
        self.passed = 0
        self.is_closed = False
        self.is_cut = False
        """Whether the connection is to be closed wholly, and not just this direction."""
        self._around = around
        self._waiting: deque[Chunk] = deque()
        self._size = 0
        self._owed: Chunk | None = None
        self._ended = False
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._run()

    @property
    def is_full(self) -> bool:
        """Whether the one before should hold back."""
        return self._size >= self.applied.toxic.buffer_bytes and not self.is_closed

    @property
    def is_affected(self) -> bool:
        """Whether chance has given the toxic to this connection."""
        return not isinstance(self._toxic, Noop)

    def offer(self, chunk: Chunk) -> None:
        """Take bytes from the one before."""
        if not self.is_closed and chunk.data:
            self._waiting.append(chunk)
            self._size += len(chunk.data)
            self._arrived.set()

    def finish(self, *, cut: bool) -> None:
        """Hear from the one before that nothing more will come."""
        self._ended = True
        self.is_cut |= cut
        self._arrived.set()

    def let_pass(self, *, room: bool) -> None:
        """Hear whether the next in the chain has room."""
        if room:
            self._room.set()
        else:
            self._room.clear()

    async def receive(self) -> Chunk | None:
        """Return the next bytes, or None when no more will come."""
        while not self._waiting:
            self._owed = None
            if self._ended:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        chunk = self._owed = self._waiting.popleft()
        self._size -= len(chunk.data)
        self._around.balance()
        return chunk

    async def send(self, chunk: Chunk, rest: Chunk | None = None) -> None:
        """Pass bytes on, and wait while the next in the chain has enough."""
        self._owed = rest
        self.passed += len(chunk.data)
        self._around.onward(self, chunk)
        await self._room.wait()

    def drop(self) -> None:
        """Owe nothing."""
        self._owed = None

    def reset(self) -> None:
        """End the whole connection with RST."""
        self._around.reset()

    def change(self) -> None:
        """Begin anew with what the toxic has become; nothing that waits is lost."""
        if self.is_closed:
            return
        self._task.cancel()
        if self._owed is not None:
            self._waiting.appendleft(self._owed)
            self._size += len(self._owed.data)
            self._owed = None
        self._run()

    def close(self) -> None:
        """Let nothing through any more."""
        if not self.is_closed:
            self.is_closed = True
            self.is_cut |= not self._ended or bool(self._waiting)
            self._waiting.clear()
            self._around.closed(self)

    def leave(self) -> tuple[list[Chunk], bool]:
        """Stop; return what is still to be passed on, and whether the end is, too."""
        self.stop()
        owed = [self._owed] if self._owed else []
        return [*owed, *self._waiting], self._ended

    def stop(self) -> None:
        """Stop the toxic."""
        self._task.cancel()

    def _run(self) -> None:
        spared = self.random.random() >= self.applied.toxicity
        self._toxic = Noop() if spared else self.applied.toxic
        self._task = asyncio.get_running_loop().create_task(self._pipe())

    async def _pipe(self) -> None:
        try:
            await self._toxic.pipe(self)
        except Exception as error:  # noqa: BLE001 -- one toxic's mistake must not end the proxy
            log.warning("toxic.failed", toxic=self.applied.name, problem=repr(error))
        self.close()
