"""A neighbour that answers by script."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import httpx

Answer = Callable[[httpx.Request], Awaitable[httpx.Response]]


class Scripted(httpx.AsyncBaseTransport):
    """Answers the n-th request with the n-th answer, the last one for ever; keeps the requests and when they came."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = answers
        self.requests: list[httpx.Request] = []
        self.times: list[float] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer by script."""
        answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(request)
        self.times.append(monotonic())
        return await answer(request)


def says(status: int, body: object) -> Answer:
    """Answer with `status` and JSON."""

    async def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json=body)

    return answer


def fails(error: type[httpx.TransportError]) -> Answer:
    """Lose the connection."""

    async def answer(_: httpx.Request) -> httpx.Response:
        raise error("as the script says")

    return answer


async def never(_: httpx.Request) -> httpx.Response:
    """Do not answer at all."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")
