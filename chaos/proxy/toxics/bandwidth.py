"""`bandwidth`: only so much gets through in a second."""

import asyncio
from dataclasses import dataclass

from chaos.proxy.toxic import Chunk, Stub, Toxic

SLICE_S = 0.1


@dataclass(frozen=True)
class Bandwidth(Toxic):
    """Lets `rate` KB (1000 bytes) through in a second; with 0, nothing."""

    rate: int = 0

    async def pipe(self, stub: Stub) -> None:
        """Send as much as a tenth of a second allows, ten times a second, and the rest when its time has come."""
        now = asyncio.get_running_loop().time
        per_slice = max(self.rate, 0) * 100
        free_at = now()
        while chunk := await stub.receive():
            free_at = max(free_at, now())
            while len(chunk.data) > per_slice:
                free_at += SLICE_S
                await asyncio.sleep(free_at - now())
                part, chunk = Chunk(chunk.data[:per_slice], chunk.at), Chunk(chunk.data[per_slice:], chunk.at)
                await stub.send(part, rest=chunk)
            if per_slice:
                free_at += len(chunk.data) * SLICE_S / per_slice
                await asyncio.sleep(free_at - now())
            await stub.send(chunk)
