"""What toxics do to connections: the same cases against our proxy and against the real one."""

import asyncio
import hashlib
from time import monotonic
from typing import Any

import httpx
import pytest

from tests.support.peers import Server, Wire, connected
from tests.support.polling import poll_until_async

LARGE = bytes(range(256)) * 8192
"""2 MiB."""


async def line(api: httpx.AsyncClient, to: Server) -> str:
    """Make a proxy; return where it listens."""
    body = {"name": "line", "listen": "127.0.0.1:0", "upstream": to.address}
    return str((await api.post("/proxies", json=body)).raise_for_status().json()["listen"])


async def add(
    api: httpx.AsyncClient, kind: str, stream: str = "downstream", toxicity: float = 1, **attributes: int
) -> str:
    """Add a toxic; return its path."""
    body: dict[str, Any] = {"type": kind, "stream": stream, "toxicity": toxicity, "attributes": attributes}
    made = (await api.post("/proxies/line/toxics", json=body)).raise_for_status().json()
    return f"/proxies/line/toxics/{made['name']}"


async def _say_all(wire: Wire, data: bytes) -> None:
    await wire.say(data)
    wire.close()


async def hello(client: Wire) -> None:
    """Have a word said and echoed."""
    await client.say(b"hello")
    assert await client.hear(5) == b"hello"


async def test_everything_arrives_as_it_was_sent(api: httpx.AsyncClient, echo: Server) -> None:
    """Two megabytes there and back, while both sides send and receive."""
    async with connected(await line(api, echo)) as client:
        _, heard = await asyncio.gather(client.say(LARGE), client.hear(len(LARGE)))
    assert hashlib.sha256(heard).digest() == hashlib.sha256(LARGE).digest()


async def test_end_of_the_server_is_passed_on_after_what_it_said(api: httpx.AsyncClient, server: Server) -> None:
    """The client hears everything, and then the end."""
    async with connected(await line(api, server)) as client:
        other = await server.accepted()
        _, heard = await asyncio.gather(_say_all(other, LARGE), client.hear_all())
        assert len(heard) == len(LARGE)


async def test_client_of_a_server_that_is_not_there_is_let_down(api: httpx.AsyncClient) -> None:
    """Without a server, the connection is closed without a byte."""
    async with Server() as server:
        listen = await line(api, server)
    async with connected(listen) as client:
        assert await client.hear_all() == b""


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
async def test_latency_holds_everything_back_for_its_time(api: httpx.AsyncClient, echo: Server, stream: str) -> None:
    """An answer takes no less than the latency in either direction, on connections that were there before, too."""
    listen = await line(api, echo)
    async with connected(listen) as before:
        await hello(before)
        await add(api, "latency", stream, latency=150)
        async with connected(listen) as after:
            for client in (before, after):
                began = monotonic()
                await hello(client)
                assert monotonic() - began >= 0.149


async def test_jitter_keeps_the_order(api: httpx.AsyncClient, echo: Server) -> None:
    """Pieces that wait for different times do not overtake one another."""
    listen = await line(api, echo)
    await add(api, "latency", latency=10, jitter=10)
    async with connected(listen) as client:
        _, heard = await asyncio.gather(client.say(LARGE), client.hear(len(LARGE)))
    assert heard == LARGE


async def test_what_latency_holds_back_arrives_when_it_is_taken_away(api: httpx.AsyncClient, server: Server) -> None:
    """Nothing is lost, and nobody waits for the rest of an hour."""
    async with connected(await line(api, server)) as client:
        other = await server.accepted()
        path = await add(api, "latency", latency=3_600_000)
        await other.say(b"held back")
        # What is sent upstream overtakes it, so the proxy has had both in hand.
        await client.say(b"quick")
        assert await other.hear(5) == b"quick"
        assert (await api.delete(path)).status_code == 204
        assert await client.hear(9) == b"held back"


async def test_changed_latency_counts_on_connections_that_have_it(api: httpx.AsyncClient, echo: Server) -> None:
    """An update reaches connections that are open."""
    async with connected(await line(api, echo)) as client:
        path = await add(api, "latency", latency=3_600_000)
        await api.patch(path, json={"attributes": {"latency": 1}})
        await hello(client)


async def test_bandwidth_lets_only_so_much_through(api: httpx.AsyncClient, server: Server) -> None:
    """60 KB at 200 KB a second take no less than a quarter of a second."""
    async with connected(await line(api, server)) as client:
        other = await server.accepted()
        await add(api, "bandwidth", rate=200)
        began = monotonic()
        await other.say(LARGE[:60_000])
        assert await client.hear(60_000) == LARGE[:60_000]
        assert monotonic() - began >= 0.25


async def test_without_bandwidth_nothing_gets_through_until_it_is_taken_away(
    api: httpx.AsyncClient, server: Server
) -> None:
    """What could not pass is not lost."""
    async with connected(await line(api, server)) as client:
        other = await server.accepted()
        path = await add(api, "bandwidth", rate=0)
        await other.say(b"patience")
        await client.say(b"quick")
        assert await other.hear(5) == b"quick"
        await api.delete(path)
        assert await client.hear(8) == b"patience"


async def test_timeout_swallows_one_direction_and_breaks_it_off_when_it_is_taken_away(
    api: httpx.AsyncClient, server: Server
) -> None:
    """The server hears the client and works; the answer never comes, nor does it come later."""
    async with connected(await line(api, server)) as client:
        other = await server.accepted()
        path = await add(api, "timeout", "downstream", timeout=0)
        await client.say(b"do it")
        assert await other.hear(5) == b"do it"
        await other.say(b"done")
        await client.say(b"again")
        assert await other.hear(5) == b"again"
        await api.delete(path)
        assert await client.hear_all() == b""


async def test_timeouts_on_both_streams_are_a_partition(api: httpx.AsyncClient, echo: Server) -> None:
    """New connections are swallowed too; when the toxics are gone, the next connection is sound."""
    listen = await line(api, echo)
    paths = [await add(api, "timeout", stream, timeout=0) for stream in ("upstream", "downstream")]
    async with connected(listen) as client:
        await client.say(b"anybody there?")
        for path in paths:
            await api.delete(path)
        assert await client.hear_all() == b""
    async with connected(listen) as client:
        await hello(client)


async def test_timeout_closes_the_connection_after_its_time(api: httpx.AsyncClient, echo: Server) -> None:
    """No answer, and then the end."""
    listen = await line(api, echo)
    await add(api, "timeout", timeout=100)
    async with connected(listen) as client:
        began = monotonic()
        await client.say(b"hello")
        assert await client.hear_all() == b""
        assert monotonic() - began >= 0.099


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
async def test_reset_peer_breaks_off_with_a_reset(api: httpx.AsyncClient, echo: Server, stream: str) -> None:
    """The client does not hear an orderly end."""
    listen = await line(api, echo)
    await add(api, "reset_peer", stream, timeout=0)
    async with connected(listen) as client:
        await client.say(b"hello")
        with pytest.raises(ConnectionResetError):
            await client.hear_all()


async def test_reset_downstream_comes_after_the_work_was_done(api: httpx.AsyncClient, server: Server) -> None:
    """The server has heard everything; only its answer is lost."""
    listen = await line(api, server)
    await add(api, "reset_peer", "downstream", timeout=0)
    async with connected(listen) as client:
        other = await server.accepted()
        await client.say(b"do it")
        assert await other.hear(5) == b"do it"
        await other.say(b"done")
        with pytest.raises(ConnectionResetError):
            await client.hear_all()


async def test_slow_close_dawdles_at_the_end(api: httpx.AsyncClient, server: Server) -> None:
    """What was said arrives; the end comes late."""
    listen = await line(api, server)
    await add(api, "slow_close", delay=200)
    async with connected(listen) as client:
        other = await server.accepted()
        began = monotonic()
        await other.say(b"bye")
        other.close()
        assert await client.hear(3) == b"bye"
        assert await client.hear_all() == b""
        assert monotonic() - began >= 0.199


@pytest.mark.parametrize("limit", [0, 7, 100_000])
async def test_limit_data_cuts_after_so_many_bytes(api: httpx.AsyncClient, server: Server, limit: int) -> None:
    """Exactly so much arrives, and then the end."""
    listen = await line(api, server)
    await add(api, "limit_data", bytes=limit)
    async with connected(listen) as client:
        other = await server.accepted()
        await other.say(LARGE[:200_000])
        assert await client.hear_all() == LARGE[:limit]


async def test_slicer_loses_nothing(api: httpx.AsyncClient, server: Server) -> None:
    """Many small pieces add up to what was sent."""
    listen = await line(api, server)
    await add(api, "slicer", average_size=64, size_variation=32, delay=10)
    async with connected(listen) as client:
        other = await server.accepted()
        await other.say(LARGE[:10_000])
        assert await client.hear(10_000) == LARGE[:10_000]


async def test_toxics_follow_one_another(api: httpx.AsyncClient, server: Server) -> None:
    """What the first lets through goes into the second."""
    listen = await line(api, server)
    await add(api, "latency", latency=100)
    await add(api, "limit_data", bytes=4)
    async with connected(listen) as client:
        other = await server.accepted()
        began = monotonic()
        await other.say(b"abcdefgh")
        assert await client.hear_all() == b"abcd"
        assert monotonic() - began >= 0.099


async def test_toxicity_of_nought_spares_every_connection(api: httpx.AsyncClient, echo: Server) -> None:
    """Chance decides by connection; with 0 it never strikes."""
    listen = await line(api, echo)
    await add(api, "timeout", toxicity=0, timeout=0)
    for _ in range(5):
        async with connected(listen) as client:
            await hello(client)


async def test_toxicity_of_a_half_strikes_some_connections(api: httpx.AsyncClient, echo: Server) -> None:
    """Of enough connections, some are cut at once and some are not."""
    listen = await line(api, echo)
    await add(api, "limit_data", toxicity=0.5, bytes=0)
    outcomes = set()

    async def both() -> bool:
        async with connected(listen) as client:
            await client.say(b"hello")
            outcomes.add(await client.reader.read(5))
        return len(outcomes) == 2

    await poll_until_async(both, "one connection of either kind", every_s=0)
    assert outcomes == {b"hello", b""}
