"""`noop`: lets everything through."""

from dataclasses import dataclass

from chaos.proxy.toxic import Stub, Toxic


@dataclass(frozen=True)
class Noop(Toxic):
    """What a connection has in place of a toxic that chance has spared it."""

    async def pipe(self, stub: Stub) -> None:
        """Pass on."""
        while chunk := await stub.receive():
            await stub.send(chunk)
