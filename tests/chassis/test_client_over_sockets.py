"""What only a real connection can do to a call: drip, break, linger."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourTimedOut, NeighbourUnavailable
from services.chassis.settings import PeerLimits
from tests.support.deaf_port import deaf_port
from tests.support.telemetry import telemetry

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@asynccontextmanager
async def peer_that(talks: Conversation, **limits: float) -> AsyncIterator[Neighbour]:
    """Serve real connections the way `talks` does, and return a neighbour that calls them."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await talks(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    bounds = PeerLimits.model_validate({"timeout_s": 0.2, "attempts": 1, "breaker_failures": 1000, **limits})
    async with server, Neighbour("peer", f"http://127.0.0.1:{port}", bounds, telemetry()) as neighbour:
        yield neighbour


async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send the answer byte by byte, each within any timeout."""
    for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + b" " * 1000:
        writer.write(bytes((byte,)))
        await writer.drain()
        await asyncio.sleep(0.02)  # the drip


async def test_an_answer_that_drips_does_not_outlast_the_timeout() -> None:
    """The timeout bounds the whole attempt, not the pause between two bytes."""
    async with peer_that(drip) as peer:
        # Waiting for its end, twenty seconds later, would make it an answer that is not JSON: another error.
        with pytest.raises(NeighbourTimedOut):
            await peer.get("/")


async def test_connections_of_calls_given_up_are_not_lost() -> None:
    """After three times as many timeouts as there are slots, all slots can still be used at once."""
    patient = asyncio.Event()

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await patient.wait()
        writer.write(ANSWER)

    async with peer_that(talk, slots=4, timeout_s=0.3) as peer:
        for _ in range(3):
            failed = await asyncio.gather(*(peer.get("/") for _ in range(4)), return_exceptions=True)
            assert {type(error) for error in failed} == {NeighbourTimedOut}
        patient.set()
        peer.limits = peer.limits.model_copy(update={"timeout_s": 60.0})
        assert await asyncio.gather(*(peer.get("/") for _ in range(4))) == [{}] * 4


async def test_a_connection_that_breaks_in_mid_answer_is_no_answer() -> None:
    """Half an answer tells nothing about the work."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
        await writer.drain()
        writer.close()

    async with peer_that(talk) as peer:
        with pytest.raises(NeighbourUnavailable) as raised:
            await peer.get("/")
    assert raised.value.status == 503


async def test_nobody_listening_is_unavailable_at_once() -> None:
    """A refused connection is not a timeout."""
    bounds = PeerLimits(timeout_s=60, attempts=1)
    with deaf_port() as port:
        async with Neighbour("peer", f"http://127.0.0.1:{port}", bounds, telemetry()) as peer:
            with pytest.raises(NeighbourUnavailable) as raised:
                await peer.get("/")
    assert type(raised.value) is NeighbourUnavailable
