"""What a toxic is: one way to spoil one direction of a connection.

As in Toxiproxy, toxics on a direction form a chain: what one lets through goes into the next.
"""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, Protocol


@dataclass(slots=True)
class Chunk:
    """Bytes on their way."""

    data: bytes
    at: float
    """When they came in, in the loop's time; a toxic that delays them moves it on."""


class Stub(Protocol):
    """A toxic's place on one connection: where it takes bytes from and passes them on to."""

    random: Random
    passed: int
    """Bytes sent on from this place since the toxic was added; an update of the toxic does not start it anew."""

    async def receive(self) -> Chunk | None:
        """Return the next bytes, or None when no more will come. They are owed until they are sent or dropped."""

    async def send(self, chunk: Chunk, rest: Chunk | None = None) -> None:
        """Pass bytes on, and wait while the next in the chain has enough; `rest` is owed from now on."""

    def drop(self) -> None:
        """Owe nothing: the bytes that were received are lost."""

    def reset(self) -> None:
        """End the whole connection at once, with RST to both sides."""


class Toxic(Protocol):
    """One kind of toxic, a frozen dataclass of its attributes, all whole numbers."""

    buffer_bytes: ClassVar[int] = 64 * 1024
    """How much may wait in front of it before the sender is held up."""
    breaks_on_removal: ClassVar[bool] = False
    """Whether connections that had it are of no use afterwards, and are closed when it is taken away."""

    async def pipe(self, stub: Stub) -> None:
        """Take bytes and pass them on; returning closes the connection in good order.

        Cancelled when the toxic is changed or taken away, at any `await`: whatever is still owed then goes on unspoilt.
        """
