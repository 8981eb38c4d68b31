"""A proxy that refuses connections while the one behind it does.

A plain proxy accepts a connection before it knows whether there is a server; a caller then sees a connection that
breaks instead of one that is refused, and may not repeat what can safely be repeated. An edge of the platform keeps one
connection open that carries nothing, hears by its end that the server has gone, and listens again when it is back.
"""

import asyncio
from random import Random

from chaos.proxy.carrier import Carrier
from chaos.proxy.errors import Refused
from chaos.proxy.log import log

LOOK_EVERY_S = 0.03
DIAL_WITHIN_S = 1.0


class _Feeler(asyncio.Protocol):
    """The connection that carries nothing."""

    def __init__(self) -> None:
        self.gone = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server has closed it, or died."""
        if not self.gone.done():
            self.gone.set_result(exc)


class Edge(Carrier):
    """Listens while the server does."""

    def __init__(self, name: str, listen: str, upstream: str, random: Random) -> None:
        super().__init__(name, listen, upstream, random)
        self._following: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to follow the server."""
        self._following = asyncio.get_running_loop().create_task(self._follow())

    def close(self) -> None:
        """Follow no more, and listen no more."""
        if self._following is not None:
            self._following.cancel()
            self._following = None
        super().close()

    async def _follow(self) -> None:
        while True:
            await self._stay()
            super().close()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _stay(self) -> None:
        """Listen as long as the server is there; return at once when it is not."""
        try:
            async with asyncio.timeout(DIAL_WITHIN_S):
                transport, feeler = await asyncio.get_running_loop().create_connection(_Feeler, *self._target())
        except (OSError, TimeoutError):
            return
        try:
            await super().open()
            await feeler.gone
        except Refused as error:
            log.warning("proxy.cannot_listen", proxy=self.name, problem=error.message)
        finally:
            transport.abort()
