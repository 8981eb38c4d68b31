"""Claims about backends that die, hang or break off."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest

from tests.support.polling import poll_until_async
from tests.support.raw_backend import Exchange, RawBackend, raw_backend, says_ok

Balanced = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


async def breaks(exchange: Exchange) -> None:
    """Take a request and break the connection without an answer."""
    exchange.reset()


async def hangs(exchange: Exchange) -> None:
    """Take a request and never answer."""
    await exchange.reader.read()


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a problem answer."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"]


async def rounds(client: httpx.AsyncClient, backend: RawBackend) -> str:
    """Return the gauge of one backend."""
    metrics = (await client.get("/metrics")).text
    (line,) = (line for line in metrics.splitlines() if f'_up{{backend="127.0.0.1:{backend.port}"' in line)
    return line.rpartition(" ")[2]


async def test_a_backend_that_died_is_not_noticed_by_clients(balanced: Balanced) -> None:
    """No connection, nothing sent: the next backend takes the request, whatever its method."""
    async with raw_backend() as one, raw_backend() as two, balanced(one, two, fall=50) as client:
        await one.stop()
        answers = [await client.post("/orders", content=b"{}") for _ in range(6)]
        answers += [await client.get("/products") for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200}
    assert len(two.requests) == 12


async def test_a_read_whose_connection_breaks_is_asked_of_the_next_backend(balanced: Balanced) -> None:
    """A GET may be repeated, so a broken connection costs the client nothing."""
    async with raw_backend(breaks) as one, raw_backend() as two, balanced(one, two) as client:
        answers = [await client.get("/products") for _ in range(4)]
    assert {answer.status_code for answer in answers} == {200}
    assert one.requests


async def test_an_order_that_may_have_arrived_is_never_sent_twice(balanced: Balanced) -> None:
    """A POST whose connection breaks ends with 502, and no other backend sees it."""
    async with raw_backend(breaks) as one, raw_backend(breaks) as two, balanced(one, two) as client:
        answer = await client.post("/orders", content=b"{}", headers={"Idempotency-Key": "k"})
        empty = await client.post("/orders/1/cancel")
    assert problem(answer) == problem(empty) == (502, "urn:problem:backend-unreachable")
    assert answer.headers["x-request-id"]
    assert len(one.requests) + len(two.requests) == 2


async def test_an_upload_that_began_is_not_sent_again(balanced: Balanced) -> None:
    """A PUT could be repeated, but its body has been passed on and is gone."""
    async with raw_backend(breaks) as one, raw_backend(breaks) as two, balanced(one, two) as client:
        answer = await client.put("/things/1", content=b"x" * 100_000)
    assert problem(answer) == (502, "urn:problem:backend-unreachable")
    assert len(one.requests) + len(two.requests) == 1


async def test_a_silent_backend_is_given_up(balanced: Balanced) -> None:
    """No answer in time is a 504; the request is not sent again, since somebody may be working on it."""
    async with (
        raw_backend(hangs) as one,
        raw_backend(hangs) as two,
        balanced(one, two, answer_timeout_s=0.2) as client,
    ):
        answer = await client.get("/products")
    assert problem(answer) == (504, "urn:problem:backend-silent")
    assert len(one.requests) + len(two.requests) == 1


async def test_an_answer_that_breaks_off_is_not_passed_for_a_whole_one(balanced: Balanced) -> None:
    """The client's connection breaks as well, whether the length was known or not."""

    async def breaks_off(exchange: Exchange) -> None:
        kind = b"transfer-encoding: chunked" if exchange.path == "/chunked" else b"content-length: 10"
        await exchange.send(b"HTTP/1.1 200 OK\r\n" + kind + b"\r\n\r\n3\r\nabc\r\n")
        exchange.writer.close()

    async with raw_backend(breaks_off) as backend, balanced(backend) as client:
        for path in ("/chunked", "/measured"):
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(path)
        assert (await client.get("/health")).is_success


async def test_a_client_that_leaves_during_its_upload_takes_the_backend_with_it(balanced: Balanced) -> None:
    """The half request is not completed: the backend sees its connection end."""
    ended = asyncio.Event()

    async def reads(exchange: Exchange) -> None:
        assert await exchange.chunk() == b"half"
        assert await exchange.reader.read() == b""
        ended.set()

    async with raw_backend(reads) as backend, balanced(backend) as client:
        _, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(b"POST /upload HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n")

        async def arrived() -> bool:
            return bool(backend.requests)

        await poll_until_async(arrived, "the upload to begin")
        writer.transport.abort()
        await asyncio.wait_for(ended.wait(), 30)


async def test_checks_take_an_unfit_backend_out_and_bring_it_back(balanced: Balanced) -> None:
    """Out after `fall` failed checks, in after `rise` passed ones; the gauge and the traffic follow."""
    async with raw_backend() as one, raw_backend() as two, balanced(one, two) as client:

        async def out() -> bool:
            return await rounds(client, one) == "0.0"

        async def back() -> bool:
            return await rounds(client, one) == "1.0"

        one.healthy = False
        await poll_until_async(out, "the unfit backend to leave the round")
        for _ in range(4):
            await client.get("/products")
        assert (len(one.requests), len(two.requests)) == (0, 4)
        one.healthy = True
        await poll_until_async(back, "the fit backend to come back")
        for _ in range(4):
            await client.get("/products")
        assert len(one.requests) == 2


async def test_without_any_backend_it_says_so_and_recovers(balanced: Balanced) -> None:
    """503 with Retry-After while nobody can serve, not ready itself, and fine again when somebody can."""
    async with raw_backend() as backend, balanced(backend, fall=2, rise=1) as client:
        await backend.stop()

        async def nobody() -> bool:
            return not (await client.get("/ready")).is_success

        async def somebody() -> bool:
            return (await client.get("/ready")).is_success

        await poll_until_async(nobody, "the load balancer to be not ready")
        answer = await client.post("/orders", content=b"{}")
        assert problem(answer) == (503, "urn:problem:no-backend")
        assert answer.headers["retry-after"] == "1"
        assert (await client.get("/health")).is_success
        await backend.start()
        await poll_until_async(somebody, "the load balancer to be ready again")
        assert (await client.get("/products")).content == b"ok"


async def test_it_serves_before_its_first_check_has_passed(balanced: Balanced) -> None:
    """At the start of a platform nobody waits for checks; ready it is only once one has passed."""
    async with raw_backend() as backend:
        backend.healthy = False
        async with balanced(backend, fall=1000) as client:
            assert (await client.get("/ready")).status_code == 503
            assert (await client.get("/products")).content == b"ok"


async def test_its_log_tells_who_went_and_who_came(balanced: Balanced, capfd: pytest.CaptureFixture[str]) -> None:
    """One line when a backend leaves the round, with the reason, and one when it is back."""
    # It may die in the middle of a check, which breaks off then: the next one finds nobody for certain.
    async with raw_backend(says_ok) as backend, balanced(backend, fall=2, rise=1) as client:

        async def ready() -> bool:
            return (await client.get("/ready")).is_success

        async def not_ready() -> bool:
            return not await ready()

        await backend.stop()
        await poll_until_async(not_ready, "the load balancer to be not ready")
        await backend.start()
        await poll_until_async(ready, "the load balancer to be ready again")
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines() if '"backend.' in line]
    assert [(line["level"], line["event"], line["service"]) for line in lines] == [
        ("warning", "backend.down", "load-balancer"),
        ("info", "backend.up", "load-balancer"),
    ]
    assert lines[0]["problem"] == "ConnectError"
