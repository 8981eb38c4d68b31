"""Asking one back end: bounded in time, with its refusals as ours."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, TypeVar

import httpx
import orjson

from observability.evidence.errors import BadQuery, Unavailable

AT_ONCE = 8
"""Questions to one back end that are under way together when one of ours needs many."""
_NOT_MEANT = frozenset({400, 422})
_LONGEST_REASON = 500

Answer = TypeVar("Answer")
Parameters = Mapping[str, str | int]


class Backend:
    """An HTTP API that answers with JSON."""

    def __init__(
        self, name: str, url: str, patience_s: float, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.name, self._url, self._patience_s = name, url, patience_s
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            trust_env=False,
            timeout=patience_s,
            transport=transport,
            verify=not url.startswith("http:"),  # reading whom to trust takes 15 ms
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def ask(self, path: str, parameters: Parameters, *, or_none: bool = False) -> Any:
        """Return the parsed answer; with `or_none`, None for a 404. Raises BadQuery and Unavailable."""
        try:
            async with asyncio.timeout(self._patience_s):
                answer = await self._client.get(path, params=dict(parameters))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Unavailable(f"{self.name} does not answer at {self._url}.") from error
        if answer.status_code == httpx.codes.NOT_FOUND and or_none:
            return None
        if answer.status_code in _NOT_MEANT:
            raise BadQuery(f"{self.name} does not take this: {_reason(answer)}")
        if not answer.is_success:
            raise Unavailable(f"{self.name} answered {answer.status_code}: {_reason(answer)}")
        try:
            return orjson.loads(answer.content)
        except orjson.JSONDecodeError as error:
            raise Unavailable(f"What answers at {self._url} is no {self.name}.") from error


async def all_of(questions: Iterable[Awaitable[Answer]]) -> list[Answer]:
    """Return the answers to many questions, a few of which are asked at once."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(question: Awaitable[Answer]) -> Answer:
        async with places:
            return await question

    return list(await asyncio.gather(*(one(question) for question in questions)))


def _reason(answer: httpx.Response) -> str:
    """Return what the body says: Prometheus and Jaeger wrap it, Loki does not."""
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return answer.text.strip()[:_LONGEST_REASON]
    error = told.get("error") if isinstance(told, dict) else None
    return str(error.get("message") if isinstance(error, dict) else error or told)[:_LONGEST_REASON]
