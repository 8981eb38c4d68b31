"""Customers who each place the next order as soon as the last one is answered.

Written on bare sockets: a comfortable HTTP client would take a good part of the two cores that are being measured.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

import orjson


@dataclass(slots=True)
class Tally:
    """What a run achieved; latencies in seconds, one per accepted checkout."""

    latencies_s: list[float] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)
    elapsed_s: float = 0.0

    @property
    def accepted(self) -> int:
        """Return the number of checkouts answered with 201."""
        return len(self.latencies_s)

    @property
    def per_second(self) -> float:
        """Return accepted checkouts per second."""
        return self.accepted / self.elapsed_s if self.elapsed_s else 0.0


def checkout_body(number: int, skus: list[str]) -> bytes:
    """Return the body of one checkout: one unit each of two products."""
    lines = [{"sku": skus[(number + step) % len(skus)], "quantity": 1} for step in range(2)]
    return orjson.dumps({"customer_id": f"customer-{number % 50}", "lines": lines, "card_token": "card-4242"})


async def run(base_url: str, skus: list[str], *, customers: int, seconds: float) -> Tally:
    """Check out at `base_url` with `customers` at once for `seconds`; return what came of it."""
    tally, started = Tally(), time.perf_counter()
    deadline = started + seconds
    await asyncio.gather(*(_shop(base_url, skus, index, deadline, tally) for index in range(customers)))
    tally.elapsed_s = time.perf_counter() - started
    return tally


def wait_for_checkout(base_url: str, skus: list[str], within_s: float = 30.0) -> None:
    """Return when a checkout at `base_url` succeeds."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, EOFError):
            if asyncio.run(run(base_url, skus, customers=1, seconds=0.01)).accepted:
                return
        time.sleep(0.02)
    raise SystemExit(f"{base_url} takes no orders")


async def _shop(base_url: str, skus: list[str], index: int, deadline: float, tally: Tally) -> None:
    place = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    number = index * 1000
    try:
        while (begun := time.perf_counter()) < deadline:
            number += 1
            writer.write(_request(place.netloc, checkout_body(number, skus)))
            status = await _answer(reader)
            if status == 201:
                tally.latencies_s.append(time.perf_counter() - begun)
            else:
                tally.refused[status] = tally.refused.get(status, 0) + 1
    finally:
        writer.close()


def _request(host: str, body: bytes) -> bytes:
    head = (
        f"POST /orders HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {uuid4().hex}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    if b"transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or 0))
    return status
