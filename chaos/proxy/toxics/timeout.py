"""`timeout`: nothing gets through any more."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from chaos.proxy.toxic import Stub, Toxic


@dataclass(frozen=True)
class Timeout(Toxic):
    """Drops everything, and closes the connection when nothing came for `timeout` milliseconds; with 0, never."""

    breaks_on_removal: ClassVar[bool] = True

    timeout: int = 0

    async def pipe(self, stub: Stub) -> None:
        """Drop."""
        patience_s = self.timeout / 1000 if self.timeout > 0 else None
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    chunk = await stub.receive()
            except TimeoutError:
                return
            if chunk is None:
                return
            stub.drop()
