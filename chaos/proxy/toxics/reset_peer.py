"""`reset_peer`: the connection breaks off with a reset."""

import asyncio
from dataclasses import dataclass

from chaos.proxy.toxic import Stub, Toxic


@dataclass(frozen=True)
class ResetPeer(Toxic):
    """Resets the connection `timeout` milliseconds after the first bytes, or the end, came this way; they are lost."""

    timeout: int = 0

    async def pipe(self, stub: Stub) -> None:
        """Wait for a sign of life, and for the time to pass."""
        await stub.receive()
        stub.drop()
        await asyncio.sleep(max(self.timeout, 0) / 1000)
        stub.reset()
