"""What telemetry costs a checkout: `python -m benchmarks.telemetry_chain`.

Six FastAPI services in one process, each calling the next through httpx and running SQL statements on a database of its
own: 6 requests, 35 statements, 46 spans, 6 log lines. Without sockets and business code, telemetry weighs more here
than in the lab. Short runs with and without telemetry take turns, so that what else the machine does falls on both; the
figures are medians of processor time, which other work disturbs least, and of throughput. Every span that was made must
have been received, or the run fails.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import httpx
from fastapi import FastAPI
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from benchmarks import figures
from benchmarks.counting import counting_receiver, received, silenced
from benchmarks.figures import Figure
from observability.wiring import Telemetry, wire
from observability.wiring.current import Identity
from observability.wiring.http_client import TracedTransport
from observability.wiring.http_server import TelemetryMiddleware
from observability.wiring.settings import TelemetrySettings
from observability.wiring.sql import instrument_engine

HOPS, STATEMENTS, CHECKOUTS, ROUNDS, SHOPPERS = 6, 35, 24, 30, 8
SPANS_EACH = HOPS + (HOPS - 1) + STATEMENTS
GOAL_PERCENT = 20.0


class Cost(NamedTuple):
    """What one checkout took, in ms."""

    wall_ms: float
    processor_ms: float


class Chain:
    """Services that call one another; the first is what a shopper sees."""

    def __init__(self, directory: str, settings: TelemetrySettings) -> None:
        self._stack = AsyncExitStack()
        self._directory = directory
        self._settings = settings
        self.telemetries: list[Telemetry] = []
        self.app: FastAPI | None = None

    async def __aenter__(self) -> "Chain":
        for hop in range(HOPS):
            await self._add(hop, STATEMENTS // HOPS + (1 if hop < STATEMENTS % HOPS else 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _add(self, hop: int, statements: int) -> None:
        telemetry = wire(Identity(f"service-{hop}", f"service-{hop}-1"), self._settings)
        engine = create_async_engine(f"sqlite+aiosqlite:///{self._directory}/{hop}.db")
        instrument_engine(engine, f"database-{hop}", telemetry)
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE IF NOT EXISTS stock (sku TEXT PRIMARY KEY, units INTEGER)"))
        following = None
        if self.app is not None:
            transport = TracedTransport(httpx.ASGITransport(self.app), f"service-{hop - 1}", telemetry)
            following = httpx.AsyncClient(transport=transport, base_url="http://platform")
            await self._stack.enter_async_context(following)
        self.app = _service(engine, following, statements)
        self.app.add_middleware(TelemetryMiddleware, telemetry=telemetry)
        self._stack.push_async_callback(engine.dispose)
        self._stack.push_async_callback(telemetry.aclose)
        self.telemetries.append(telemetry)

    async def run(self) -> Cost:
        """Place the checkouts, a few at a time."""
        if self.app is None:
            raise RuntimeError("enter the chain first")
        waiting = list(range(CHECKOUTS))

        async def shop(client: httpx.AsyncClient) -> None:
            while waiting:
                answer = await client.post(f"/checkouts/{waiting.pop()}", json={"sku": "A"})
                answer.raise_for_status()

        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://platform") as client:
            wall, processor = time.perf_counter(), time.process_time()
            await asyncio.gather(*(shop(client) for _ in range(SHOPPERS)))
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
        return Cost(wall / CHECKOUTS * 1e3, processor / CHECKOUTS * 1e3)


def _service(engine: AsyncEngine, following: httpx.AsyncClient | None, statements: int) -> FastAPI:
    app = FastAPI()
    select = text("SELECT units FROM stock WHERE sku = :sku")

    @app.post("/checkouts/{number}")
    async def checkout(number: int, body: dict[str, str]) -> dict[str, int]:
        async with engine.connect() as connection:
            for _ in range(statements):
                await connection.execute(select, {"sku": body["sku"]})
        if following is not None:
            (await following.post(f"/checkouts/{number}", json=body)).raise_for_status()
        return {"number": number}

    return app


async def measure(endpoint: str) -> list[tuple[Cost, Cost]]:
    """Pairs of runs, without and with telemetry, that took turns in going first."""
    with tempfile.TemporaryDirectory() as directory:
        off = TelemetrySettings.model_validate({"sdk_disabled": True})
        on = TelemetrySettings.model_validate({"exporter_otlp_endpoint": endpoint})
        for name in ("bare", "watched"):
            (Path(directory) / name).mkdir()
        async with Chain(f"{directory}/bare", off) as bare, Chain(f"{directory}/watched", on) as watched:
            pairs = []
            with silenced():
                for number in range(ROUNDS + 1):
                    if number % 2:
                        first = await bare.run()
                        pairs.append((first, await watched.run()))
                    else:
                        second = await watched.run()
                        pairs.append((await bare.run(), second))
    return pairs[1:]


def main() -> None:
    """Measure and print."""
    options = figures.arguments(__doc__).parse_args()
    console = Console()
    with counting_receiver() as endpoint:
        pairs = asyncio.run(measure(endpoint))
        arrived, made = received(endpoint), SPANS_EACH * CHECKOUTS * (ROUNDS + 1)
    if arrived != made:
        console.print(f"{arrived} of {made} spans received")
        sys.exit(1)
    bare, watched = (statistics.median(pair[side].processor_ms for pair in pairs) for side in (0, 1))
    low, cost, high = statistics.quantiles((1 - one.processor_ms / other.processor_ms for one, other in pairs), n=4)
    throughput = statistics.median(1 - one.wall_ms / other.wall_ms for one, other in pairs)
    console.print(f"{made} spans made and received")
    console.print(f"processor time per checkout: {bare:.2f} ms without, {watched:.2f} ms with telemetry")
    console.print(f"cost: {cost:.1%} of processor time (quartiles {low:.1%} … {high:.1%}; goal ≤ {GOAL_PERCENT:g} %)")
    console.print(f"      {throughput:.1%} of throughput")
    told = Figure("cost of telemetry in processor time, six services in one process", 100 * cost, "%", GOAL_PERCENT)
    figures.write([told], options.figures)


if __name__ == "__main__":
    main()
