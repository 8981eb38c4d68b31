"""`latency`: everything arrives later."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from chaos.proxy.toxic import Stub, Toxic


@dataclass(frozen=True)
class Latency(Toxic):
    """Delays by `latency` ± `jitter` milliseconds. The order is kept, the throughput hardly suffers."""

    buffer_bytes: ClassVar[int] = 1 << 20

    latency: int = 0
    jitter: int = 0

    async def pipe(self, stub: Stub) -> None:
        """Hold every piece until its time has come; pieces that came close together wait together."""
        now = asyncio.get_running_loop().time
        while chunk := await stub.receive():
            delay_ms = self.latency + (stub.random.randrange(-self.jitter, self.jitter) if self.jitter > 0 else 0)
            chunk.at += delay_ms / 1000
            if (left_s := chunk.at - now()) > 0:
                await asyncio.sleep(left_s)
            else:
                chunk.at = now()
            await stub.send(chunk)
