"""`slow_close`: the connection stays open for a while after its end."""

import asyncio
from dataclasses import dataclass

from chaos.proxy.toxic import Stub, Toxic


@dataclass(frozen=True)
class SlowClose(Toxic):
    """Passes the end on `delay` milliseconds late."""

    delay: int = 0

    async def pipe(self, stub: Stub) -> None:
        """Pass on, and dawdle at the end."""
        while chunk := await stub.receive():
            await stub.send(chunk)
        await asyncio.sleep(max(self.delay, 0) / 1000)
