"""The least HTTP that it takes to ask a process whether it is ready, and to have it do something."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from lab.process import Instance


class Answer(NamedTuple):
    """Status and body."""

    status: int
    body: bytes


async def get(where: Instance, path: str, *, within_s: float) -> Answer | None:
    """Return the answer to one GET, or nothing when there is none in time. HTTP/1.0: the body ends with the stream."""
    return await ask(where, "GET", path, within_s=within_s)


async def listens(host: str, port: int, *, within_s: float) -> bool:
    """Say whether somebody accepts connections."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), within_s)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def ask(
    where: Instance,
    method: str,
    path: str,
    body: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    within_s: float,
) -> Answer | None:
    """Return the answer to one request with a JSON body, or nothing when there is none in time."""
    content = b"" if body is None else json.dumps(body).encode()
    try:
        return await asyncio.wait_for(_exchange(where, method, path, content, headers or {}), within_s)
    except (OSError, TimeoutError, ValueError, IndexError):
        return None


async def _exchange(where: Instance, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
    reader, writer = await asyncio.open_connection(where.host, where.port)
    try:
        head = f"{method} {path} HTTP/1.0\r\nHost: {where.host}:{where.port}\r\nAccept: */*\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if content:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        writer.write(f"{head}\r\n".encode() + content)
        answered, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
        return Answer(int(answered.split(None, 2)[1]), body)
    finally:
        writer.close()
