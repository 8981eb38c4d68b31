"""What our proxy does beyond the contract: faithful ends, bounded waiting, seeded chance, expiry, edges that follow."""

import asyncio
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from chaos.proxy.api import Api
from chaos.proxy.applied import Applied
from chaos.proxy.carrier import Carrier
from chaos.proxy.collection import Collection
from chaos.proxy.edge import Edge
from chaos.proxy.http import Request
from chaos.proxy.settings import ProxySettings
from chaos.proxy.toxic import Toxic
from chaos.proxy.toxics.latency import Latency
from chaos.proxy.toxics.limit_data import LimitData
from chaos.proxy.toxics.timeout import Timeout
from tests.support.peers import Server, Wire, connected, refuses
from tests.support.polling import poll_until_async
from tests.support.toxiproxies import ROOT, free_port

MANY = 300
PIECE = b"x" * 65_536


def chance(seed: int = 1) -> Random:
    """Return a source of chance."""
    return Random(seed)  # noqa: S311 -- chance that can be played again, not a secret


@asynccontextmanager
async def carrying(to: str, *toxics: Applied, seed: int = 1) -> AsyncIterator[Carrier]:
    """Run a proxy in this process."""
    carrier = Carrier("line", "127.0.0.1:0", to, chance(seed))
    for toxic in toxics:
        carrier.add(toxic)
    await carrier.start()
    try:
        yield carrier
    finally:
        carrier.stop()


def toxic(kind: Toxic, stream: str = "downstream", toxicity: float = 1, name: str = "t") -> Applied:
    """Return a toxic under a name."""
    return Applied(name, type(kind).__name__, stream, toxicity, kind)


async def talk_for_ever(wire: Wire) -> None:
    """Send as much as the other side takes."""
    while True:
        await wire.say(PIECE)


@pytest.mark.parametrize("toxics", [(), (toxic(Latency(1)), toxic(Latency(1), "upstream", name="u"))])
async def test_half_closed_connection_stays_open_the_other_way(server: Server, toxics: tuple[Applied, ...]) -> None:
    """A client that has said everything still hears the answer."""
    async with carrying(server.address, *toxics) as carrier, connected(carrier.listen) as client:
        other = await server.accepted()
        await client.say(b"all I have to say")
        client.writer.write_eof()
        assert await other.hear_all() == b"all I have to say"
        await other.say(b"well said")
        other.close()
        assert await client.hear_all() == b"well said"

        async def over() -> bool:
            return not carrier.connections

        await poll_until_async(over, "the proxy to let go of the connection")


async def test_reset_is_passed_on_as_a_reset(server: Server) -> None:
    """A server that dies with a reset does not look like one that has finished."""
    async with carrying(server.address) as carrier, connected(carrier.listen) as client:
        other = await server.accepted()
        await client.say(b"hello")
        await other.hear(5)
        linger = struct.pack("ii", 1, 0)
        other.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        other.writer.transport.abort()
        with pytest.raises(ConnectionResetError):
            await client.hear_all()


@pytest.mark.parametrize("toxics", [(), (toxic(Latency(3_600_000)),)])
async def test_sender_is_held_up_when_nobody_takes_what_it_sends(server: Server, toxics: tuple[Applied, ...]) -> None:
    """What waits in the proxy is bounded: sooner or later a sender without a listener has to wait."""
    async with carrying(server.address, *toxics) as carrier, connected(carrier.listen) as client:
        other = await server.accepted()
        client.reader._transport.pause_reading()  # type: ignore[attr-defined]
        talking = asyncio.create_task(talk_for_ever(other))
        (connection,) = carrier.connections

        async def held_up() -> bool:
            return not connection.server.transport.is_reading()

        await poll_until_async(held_up, "the sender to be held up")
        talking.cancel()
        waiting = connection.client.transport.get_write_buffer_size()
        assert waiting + sum(stub._size for stub in connection.links["downstream"]._stubs) < 4 << 20


async def test_small_pieces_are_sent_at_once(server: Server) -> None:
    """Neither side waits for more to send (TCP_NODELAY)."""
    async with carrying(server.address) as carrier, connected(carrier.listen):
        await server.accepted()
        (connection,) = carrier.connections
        for side in (connection.client, connection.server):
            sock = side.transport.get_extra_info("socket")
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_many_connections_at_once_are_carried_and_let_go(echo: Server) -> None:
    """Hundreds talk through one proxy, and none is left when they have gone."""
    async with carrying(echo.address, toxic(Latency(1))) as carrier:

        async def talk() -> bytes:
            async with connected(carrier.listen) as client:
                await client.say(b"hello")
                return await client.hear(5)

        assert await asyncio.gather(*(talk() for _ in range(MANY))) == [b"hello"] * MANY

        async def over() -> bool:
            return not carrier.connections

        await poll_until_async(over, "the proxy to let go of all connections")


async def test_same_seed_strikes_the_same_connections(echo: Server) -> None:
    """Chance can be played again."""

    async def struck(seed: int) -> list[bool]:
        outcomes = []
        async with carrying(echo.address, toxic(LimitData(0), toxicity=0.5), seed=seed) as carrier:
            for _ in range(12):
                async with connected(carrier.listen) as client:
                    await client.say(b"hello")
                    outcomes.append(not await client.reader.read(5))
        return outcomes

    first = await struck(7)
    assert await struck(7) == first
    assert await struck(8) != first


async def test_taking_a_timeout_away_spares_connections_that_did_not_have_it(echo: Server) -> None:
    """Only a connection that has lost something is of no use any more."""
    swallowing = toxic(Timeout(0), toxicity=0)
    async with carrying(echo.address, swallowing) as carrier, connected(carrier.listen) as client:
        await client.say(b"hello")
        assert await client.hear(5) == b"hello"
        carrier.remove(swallowing)
        await client.say(b"again")
        assert await client.hear(5) == b"again"


async def test_toxic_goes_by_itself_when_it_expires(echo: Server) -> None:
    """Should everybody die who could take it away, it does not stay for ever."""
    collection = Collection("seed")
    await collection.add("line", "127.0.0.1:0", echo.address, enabled=True)
    api = Api(collection)
    body = json.dumps({"type": "latency", "expires_ms": 20}).encode()
    assert (await api.answer(Request("POST", "/proxies/line/toxics", {}, body))).status == 200

    async def gone() -> bool:
        return not list(collection.get("line").toxics())

    await poll_until_async(gone, "the toxic to go")
    await collection.remove("line")


async def test_edge_refuses_while_the_server_does() -> None:
    """Callers see what they would see without a proxy: refused while nobody is there, served when somebody is."""
    port = free_port()
    edge = Edge("a->b", f"127.0.0.1:{free_port()}", f"127.0.0.1:{port}", chance())
    await edge.start()

    async def refused() -> bool:
        return await refuses(edge.listen)

    async def served() -> bool:
        return not await refuses(edge.listen)

    assert await refused()
    for _ in range(2):
        async with Server(echo=True, port=port):
            await poll_until_async(served, "the edge to listen")
            async with connected(edge.listen) as client:
                await client.say(b"hello")
                assert await client.hear(5) == b"hello"
        await poll_until_async(refused, "the edge to refuse")
    edge.stop()


async def test_edge_can_be_made_while_it_runs(echo: Server) -> None:
    """`follows` makes one; the answer is that of any other proxy."""
    collection = Collection("seed")
    api = Api(collection)
    ways = {"there": echo.address, "not there": f"127.0.0.1:{free_port()}"}
    for name, upstream in ways.items():
        wanted = {"name": name, "listen": f"127.0.0.1:{free_port()}", "upstream": upstream}
        made = await api.answer(Request("POST", "/proxies", {}, json.dumps({**wanted, "follows": True}).encode()))
        assert (made.status, json.loads(made.body)) == (201, {**wanted, "enabled": True, "toxics": []})

    async def served() -> bool:
        return not await refuses(collection.get("there").listen)

    await poll_until_async(served, "the edge to listen")
    assert await refuses(collection.get("not there").listen)
    for name in ways:
        await collection.remove(name)


async def test_disabled_edge_refuses_although_the_server_is_there(echo: Server) -> None:
    """To follow the server is not to overrule the one who disabled it."""
    edge = Edge("a->b", f"127.0.0.1:{free_port()}", echo.address, chance())
    await edge.start()

    async def served() -> bool:
        return not await refuses(edge.listen)

    await poll_until_async(served, "the edge to listen")
    edge.stop()
    assert await refuses(edge.listen)
    await edge.start()
    await poll_until_async(served, "the edge to listen again")
    edge.stop()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PROXY_HOST": "0.0.0.0"}, "127.0.0.1"),  # noqa: S104 -- refused
        ({"PROXY_PORT": "http"}, "65535"),
        ({"PROXY_EDGES": '[{"name": "a->b"}]'}, '"upstream": '),
        ({"PROXY_EDGES": "none"}, '"upstream": '),
    ],
)
def test_wrong_settings_are_refused_with_a_sentence(variables: dict[str, str], sentence: str) -> None:
    """Nothing is started; the sentence says what to write."""
    with pytest.raises(ValueError, match=sentence):
        ProxySettings.from_environment(variables)
    environment = {**os.environ, **variables}  # noqa: TID251 -- passed on
    done = subprocess.run(
        [sys.executable, "-m", "chaos.proxy.serve"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("mesh: PROXY_")
