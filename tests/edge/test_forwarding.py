"""Claims about what passes through, and how: real sockets on both sides."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest

from tests.support.raw_backend import OK, Exchange, raw_backend

Balanced = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


async def test_requests_take_turns_and_arrive_to_the_letter(balanced: Balanced) -> None:
    """Method, target, headers and body reach the backends, each of which gets every other request."""
    async with raw_backend() as one, raw_backend() as two, balanced(one, two) as client:
        for number in range(4):
            answer = await client.post(
                f"/a/../b%2F?q={number}&r=%20",
                content=b"hello",
                headers={"Idempotency-Key": "k", "X-Request-ID": "r-1"},
            )
            assert (answer.status_code, answer.content) == (200, b"ok")
            assert answer.headers["x-request-id"] == "r-1"
    assert (len(one.requests), len(two.requests)) == (2, 2)
    arrived = one.requests[0]
    assert arrived.head.startswith("POST /b%2F?q=")
    assert arrived.headers["idempotency-key"] == "k"
    assert arrived.headers["x-request-id"] == "r-1"
    assert arrived.headers["x-forwarded-for"] == "127.0.0.1"
    assert arrived.headers["x-forwarded-proto"] == "http"
    assert arrived.headers["host"] == client.base_url.netloc.decode()


async def test_every_request_gets_an_id_and_its_place_in_a_trace(balanced: Balanced) -> None:
    """Who brings no request id gets one; the backend is told it, and continues the trace of the client."""
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with raw_backend() as backend, balanced(backend) as client:
        answer = await client.get("/products", headers={"traceparent": parent})
    arrived = backend.requests[0].headers
    assert re.fullmatch("[0-9a-f]{32}", arrived["x-request-id"])
    assert answer.headers["x-request-id"] == arrived["x-request-id"]
    assert arrived["traceparent"].startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert arrived["traceparent"] != parent


async def test_an_upload_reaches_the_backend_while_it_is_still_being_sent(balanced: Balanced) -> None:
    """The backend has the first piece before the client sends the second: nothing is buffered on the way."""
    arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def reads_pieces(exchange: Exchange) -> None:
        while piece := await exchange.chunk():
            arrived.put_nowait(piece)
        await exchange.send(OK)

    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"first", b"second", b"third"):
            yield piece
            assert await asyncio.wait_for(arrived.get(), 30) == piece

    async with raw_backend(reads_pieces) as backend, balanced(backend) as client:
        answer = await client.post("/upload", content=pieces())
    assert answer.content == b"ok"
    assert backend.requests[0].headers["transfer-encoding"] == "chunked"


async def test_a_download_reaches_the_client_while_it_is_still_being_made(balanced: Balanced) -> None:
    """The client has the first piece before the backend makes the second, with and without a known length."""
    taken = asyncio.Event()

    async def makes_pieces(exchange: Exchange) -> None:
        chunked = exchange.path == "/chunked"
        await exchange.send(
            b"HTTP/1.1 200 OK\r\n" + (b"transfer-encoding: chunked" if chunked else b"content-length: 6") + b"\r\n\r\n"
        )
        for piece in (b"abc", b"def"):
            await exchange.send(b"3\r\n" + piece + b"\r\n" if chunked else piece)
            await asyncio.wait_for(taken.wait(), 30)
            taken.clear()
        await exchange.send(b"0\r\n\r\n" if chunked else b"")

    async with raw_backend(makes_pieces) as backend, balanced(backend) as client:
        for path in ("/chunked", "/measured"):
            async with client.stream("GET", path) as answer:
                pieces = []
                async for piece in answer.aiter_raw():
                    pieces.append(piece)
                    taken.set()
            assert pieces == [b"abc", b"def"]


async def test_an_endless_answer_ends_when_its_reader_leaves(balanced: Balanced) -> None:
    """The backend is let go as soon as nobody listens any more."""
    ended = asyncio.Event()

    async def ticks(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\ntick\r\n")
        await exchange.reader.read()
        ended.set()

    async with raw_backend(ticks) as backend, balanced(backend) as client:
        async with client.stream("GET", "/events") as answer:
            await anext(answer.aiter_raw())
        await asyncio.wait_for(ended.wait(), 30)


async def test_answers_pass_with_their_status_and_without_their_connection(balanced: Balanced) -> None:
    """A 404 with cookies and a 204 without a body arrive as they were sent."""

    async def answers(exchange: Exchange) -> None:
        if exchange.path == "/gone":
            await exchange.send(b"HTTP/1.1 204 No Content\r\n\r\n")
        else:
            await exchange.send(
                b"HTTP/1.1 404 Not Found\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
                b"Content-Type: application/problem+json\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\n"
                b"Content-Length: 2\r\n\r\n{}"
            )

    async with raw_backend(answers) as backend, balanced(backend) as client:
        missing = await client.get("/orders/1")
        gone = await client.delete("/gone")
        head = await client.head("/gone")
    assert (missing.status_code, missing.headers.get_list("set-cookie")) == (404, ["a=1", "b=2"])
    assert missing.headers["content-type"] == "application/problem+json"
    assert "x-hop" not in missing.headers
    assert (gone.status_code, gone.content, head.status_code) == (204, b"", 204)


async def test_its_own_pages_win_over_those_of_the_backends(balanced: Balanced) -> None:
    """Health, readiness and metrics are the load balancer's; everything else, documentation included, is not."""
    async with raw_backend() as backend, balanced(backend) as client:
        assert (await client.get("/health")).json() == {"status": "ok"}
        metrics = (await client.get("/metrics")).text
        assert f'load_balancer_backend_up{{backend="127.0.0.1:{backend.port}"}} 1.0' in metrics
        assert (await client.get("/openapi.json")).text == "ok"
        assert (await client.get("/docs")).text == "ok"
    assert {exchange.path for exchange in backend.requests} == {"/openapi.json", "/docs"}


async def test_many_requests_at_once_share_the_backends_evenly(balanced: Balanced) -> None:
    """Two hundred requests in flight end well, half of them on either side."""
    async with raw_backend() as one, raw_backend() as two, balanced(one, two) as client:
        answers = await asyncio.gather(*(client.get(f"/products/{n}") for n in range(200)))
    assert {answer.status_code for answer in answers} == {200}
    assert (len(one.requests), len(two.requests)) == (100, 100)


@pytest.mark.parametrize(
    ("target", "arrives"),
    [("/tea/gr%C3%BCn", "/tea/gr%C3%BCn"), ("/a/../b//c%2f?x=[1]", "/a/../b//c%2f?x=[1]"), ("*", None)],
)
async def test_a_target_arrives_to_the_letter_if_it_may_be_sent_at_all(
    balanced: Balanced, target: str, arrives: str | None
) -> None:
    """Nothing is tidied up; what is no path is refused."""
    async with raw_backend() as backend, balanced(backend) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(b"OPTIONS " + target.encode() + b" HTTP/1.0\r\n\r\n")
        answer = await asyncio.wait_for(reader.readline(), 30)
        writer.close()
    assert (b" 200 " in answer) == (arrives is not None)
    assert [exchange.path for exchange in backend.requests] == ([arrives] if arrives else [])
