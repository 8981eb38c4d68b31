"""The least HTTP that it takes to ask a process whether it is ready."""

import asyncio
from typing import NamedTuple

HOST = "127.0.0.1"


class Answer(NamedTuple):
    """Status and body."""

    status: int
    body: bytes


async def get(port: int, path: str, *, within_s: float) -> Answer | None:
    """Return the answer to one GET, or nothing when there is none in time. HTTP/1.0: the body ends with the stream."""
    try:
        return await asyncio.wait_for(_get(port, path), within_s)
    except (OSError, TimeoutError, ValueError, IndexError):
        return None


async def _get(port: int, path: str) -> Answer:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {HOST}:{port}\r\nAccept: */*\r\n\r\n".encode())
        head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
        return Answer(int(head.split(None, 2)[1]), body)
    finally:
        writer.close()
