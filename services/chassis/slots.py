"""A semaphore whose size can change while it is in use."""

import asyncio
from collections import deque


class Slots:
    """`size` slots, given out in the order in which they are asked for.

    A size below what is taken takes effect as slots are released.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def locked(self) -> bool:
        """Say whether `acquire` would have to wait."""
        return self._taken >= self.size or any(not waiter.done() for waiter in self._waiting)

    async def acquire(self) -> None:
        """Take a slot, waiting for it if need be."""
        if not self.locked():
            self._taken += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled() or not turn.done():
                self._waiting.remove(turn)
            else:  # it came at the very moment of giving up
                self.release()
            raise

    def release(self) -> None:
        """Give a slot back."""
        self._taken -= 1
        self._serve()

    def resize(self, size: int) -> None:
        """Have `size` slots from now on."""
        self.size = size
        self._serve()

    def _serve(self) -> None:
        while self._waiting and self._taken < self.size:
            turn = self._waiting.popleft()
            if not turn.done():
                self._taken += 1
                turn.set_result(None)
