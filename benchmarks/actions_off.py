"""What the chassis' own actions cost while none is on: `python -m benchmarks.actions_off`. Goal: below 1 µs each."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from benchmarks import figures
from benchmarks.figures import Figure
from services.chassis.actions.registry import ON_STATEMENTS
from services.chassis.clock import SystemClock
from services.chassis.exchanges import ExchangeMiddleware
from services.chassis.statements import guided

TIMES, ROUNDS = 100_000, 15
GOAL_NS = 1000.0
SCOPE: Scope = {"type": "http", "path": "/orders/7", "method": "GET"}


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Do as little as an application can."""
    del scope, receive, send


async def receive() -> Message:
    """Be there."""
    return {}


async def send(_: Message) -> None:
    """Be there."""


def run(cursor: Any, statement: Any, parameters: Any, context: Any) -> None:
    """Do as little as a driver can."""
    del cursor, statement, parameters, context


async def exchange_ns(app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> float:
    """Return nanoseconds for one request, the loop around it included."""
    started = time.perf_counter_ns()
    for _ in range(TIMES):
        await app(SCOPE, receive, send)
    return (time.perf_counter_ns() - started) / TIMES


def call_ns(call: Callable[..., object], *arguments: object) -> float:
    """Return nanoseconds for one call, the loop around it included."""
    started = time.perf_counter_ns()
    for _ in range(TIMES):
        call(*arguments)
    return (time.perf_counter_ns() - started) / TIMES


async def rounds() -> dict[str, tuple[float, float]]:
    """Measure in turn, so that whatever else the machine does falls on all; return medians without and with."""
    wrapped, statement = ExchangeMiddleware(answer, []), ("", "SELECT 1", (), object())
    past = guided(run, ON_STATEMENTS["database"])
    rows: dict[str, tuple[list[float], list[float]]] = {"exchange": ([], []), "statement": ([], []), "clock": ([], [])}
    for _ in range(ROUNDS):
        rows["exchange"][0].append(await exchange_ns(answer))
        rows["exchange"][1].append(await exchange_ns(wrapped))
        rows["statement"][0].append(call_ns(run, *statement))
        rows["statement"][1].append(call_ns(past, *statement))
        rows["clock"][0].append(0.0)
        rows["clock"][1].append(call_ns(SystemClock().now))
    return {name: (statistics.median(bare), statistics.median(ours)) for name, (bare, ours) in rows.items()}


def main() -> None:
    """Measure and print."""
    options = figures.arguments(__doc__).parse_args()
    measured = asyncio.run(rounds())
    print(f"{'':12}{'bare ns':>10}{'ours ns':>10}{'adds ns':>10}")
    for name, (bare, ours) in measured.items():
        print(f"{name:12}{bare:10.0f}{ours:10.0f}{ours - bare:10.0f}")
    told = [
        Figure(f"an action that is off, per {name}", measured[name][1] - measured[name][0], "ns", GOAL_NS)
        for name in ("exchange", "statement")
    ]
    figures.write(told, options.figures)


if __name__ == "__main__":
    main()
