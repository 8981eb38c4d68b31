"""`slicer`: what was sent in one piece arrives in many."""

import asyncio
from dataclasses import dataclass
from random import Random

from chaos.proxy.toxic import Chunk, Stub, Toxic


@dataclass(frozen=True)
class Slicer(Toxic):
    """Cuts into pieces of `average_size` ± `size_variation` bytes, with `delay` microseconds after each."""

    average_size: int = 0
    size_variation: int = 0
    delay: int = 0

    async def pipe(self, stub: Stub) -> None:
        """Cut, send, rest."""
        while chunk := await stub.receive():
            while chunk.data:
                size = self._size(stub.random)
                part, chunk = Chunk(chunk.data[:size], chunk.at), Chunk(chunk.data[size:], chunk.at)
                await stub.send(part, rest=chunk)
                await asyncio.sleep(max(self.delay, 0) / 1_000_000)
            stub.drop()

    def _size(self, random: Random) -> int:
        vary = min(max(self.size_variation, 0), self.average_size - 1)
        return max(self.average_size + (random.randint(-vary, vary) if vary > 0 else 0), 1)
