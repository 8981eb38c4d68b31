"""`limit_data`: the connection closes in the middle of what it carries."""

from dataclasses import dataclass

from chaos.proxy.toxic import Chunk, Stub, Toxic


@dataclass(frozen=True)
class LimitData(Toxic):
    """Closes the connection when `bytes` have gone through."""

    bytes: int = 0

    async def pipe(self, stub: Stub) -> None:
        """Count, and cut."""
        while chunk := await stub.receive():
            left = max(self.bytes - stub.passed, 0)
            if allowed := chunk.data[:left]:
                await stub.send(Chunk(allowed, chunk.at))
            if stub.passed >= self.bytes:
                stub.drop()
                return
