"""As much of HTTP/1.1 as an API on this machine takes: no framework, since every megabyte of this process counts."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

MAX_BODY = 1 << 20
MAX_HEAD = 1 << 16
IDLE_S = 60.0
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """One request, its body read."""

    method: str
    path: str
    """As it was sent, without the query."""
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes


@dataclass(frozen=True)
class Answer:
    """One answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(status: int, content: Any, media_type: str = JSON) -> Answer:
    """Return an answer with JSON in it."""
    return Answer(status, json.dumps(content, separators=(",", ":")).encode(), {"Content-Type": media_type})


def text_answer(status: int, text: str) -> Answer:
    """Return an answer with one line of text in it, as Go's `http.Error` does."""
    return Answer(status, f"{text}\n".encode(), {"Content-Type": TEXT, "X-Content-Type-Options": "nosniff"})


class Unreadable(Exception):
    """What came is no request."""


Handler = Callable[[Request], Awaitable[Answer]]


class HttpServer:
    """Answers requests on one socket with `handler`, as long as connections are kept open."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            while await self._serve(reader, writer):
                pass
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, OSError, Unreadable):
            pass  # gone, silent, or not speaking HTTP: nothing that could be answered
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether there may be another."""
        async with asyncio.timeout(IDLE_S):
            request, stays = await _request(reader, writer)
        answer = await self._handler(request)
        length = {} if answer.status == HTTPStatus.NO_CONTENT else {"Content-Length": str(len(answer.body))}
        headers = {**answer.headers, **length, "Connection": "keep-alive" if stays else "close"}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{lines}\r\n"
        writer.write(head.encode() + (b"" if request.method == "HEAD" else answer.body))
        await writer.drain()
        return stays


async def _request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[Request, bool]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
    try:
        method, target, version = first.split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if "100-continue" in headers.get("expect", "").lower():
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await _body(reader, headers)
    except ValueError as error:
        raise Unreadable(str(error)) from error
    wish = headers.get("connection", "").lower()
    stays = "close" not in wish and (version != "HTTP/1.0" or "keep-alive" in wish)
    return Request(method, target.partition("?")[0], headers, body), stays


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "chunked" not in headers.get("transfer-encoding", "").lower():
        return await _exactly(reader, int(headers.get("content-length") or 0), 0)
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        body += await _exactly(reader, size, len(body))
        await reader.readexactly(2)
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass
    return body


async def _exactly(reader: asyncio.StreamReader, size: int, so_far: int) -> bytes:
    if size < 0 or so_far + size > MAX_BODY:
        raise Unreadable(f"more than {MAX_BODY} bytes")
    return await reader.readexactly(size)
