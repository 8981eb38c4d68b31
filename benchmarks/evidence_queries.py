"""How long the evidence store takes to answer: `python -m benchmarks.evidence_queries [--spans 5000000] [--rounds 20]`.

Two hours of spans are stored, with metrics of two hundred series looked at every two seconds and a log record for
every fifth span. Then every question of the interface is asked again and again, each time about something else, over
the last five minutes, the last hour and everything. The slowest but one in twenty counts.
"""

import asyncio
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.spans import HOPS, ROUTES, Platform
from observability.evidence.model import LogQuery, Matcher, Selector, TraceQuery, Window
from observability.evidence.settings import EvidenceSettings
from observability.evidence.store.exposition import lines
from observability.evidence.store.records import Lines
from observability.evidence.store.spans import decode
from observability.evidence.store.store import EmbeddedStore

GOAL_MS = 200.0
HOURS_S = 7200.0
SPANS_PER_TRACE = 23
PIECE = 65_536
LOOK_EVERY_S = 2.0
DURATION = "http_server_request_duration_seconds"
BOUNDS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "+Inf")

Ask = Callable[[EmbeddedStore, random.Random, Window], Awaitable[object]]


async def fill(store: EmbeddedStore, spans: int, start_s: float) -> Platform:
    """Store everything, in the order of time, as if it had come over two hours."""
    every_ns = round(HOURS_S / (spans / SPANS_PER_TRACE) * 1e9)
    platform = Platform(round(start_s * 1e9))
    count = 0
    for body in platform.exports(spans, every_ns):
        while store.buffer.full:  # noqa: ASYNC110 -- the writer is a thread
            await asyncio.sleep(0.005)
        store.buffer.add_spans(decode(body).batches)
        count += 1024
        if count % PIECE == 0:
            _log(store, platform, count // PIECE, start_s + HOURS_S * count / spans)
            sys.stderr.write(f"\r  {count:,} spans")
            await asyncio.sleep(0)
    await asyncio.to_thread(_look, store, start_s)
    while not store.buffer.idle:  # noqa: ASYNC110 -- the writer is a thread
        await asyncio.sleep(0.1)
    sys.stderr.write("\n")
    return platform


def _log(store: EmbeddedStore, platform: Platform, piece: int, at_s: float) -> None:
    read = Lines("order-service-1")
    rows = []
    for number in range(PIECE // 5):
        trace = platform.trace_ids[-1 - number % 2000]
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at_s)) + f".{number % 1_000_000:06d}Z"
        said = {
            "time": when, "level": "error" if number % 997 == 0 else "info", "event": "request.served",
            "service": HOPS[number % 6], "replica": f"{HOPS[number % 6]}-1", "trace_id": trace, "span_id": trace[:16],
            "path": f"/orders/{piece}/{number}", "status": 200, "duration_ms": 1.25,
        }  # fmt: skip
        rows.append(read(json.dumps(said).encode()))
    store.buffer.add("logs", rows)


def _look(store: EmbeddedStore, start_s: float) -> None:
    """Show metrics, all at once: the last ten minutes stay in memory as they would."""
    chance = random.Random(2)  # noqa: S311 -- figures
    counts: dict[tuple[str, str], int] = {(service, route): 0 for service in HOPS for route in ROUTES}
    for look in range(round(HOURS_S / LOOK_EVERY_S)):
        at_s = round(start_s + look * LOOK_EVERY_S, 3)
        for service in HOPS:
            text = []
            for route in ROUTES:
                counts[service, route] += chance.randrange(20)
                method, _, path = route.partition(" ")
                own = f'method="{method}",route="{path}",status="200"'
                for place, bound in enumerate(BOUNDS, 1):
                    count = counts[service, route] * place // len(BOUNDS)
                    told = f' # {{trace_id="{chance.getrandbits(128):032x}"}} 0.02' if place == look % 10 else ""
                    text.append(f'{DURATION}_bucket{{{own},le="{bound}"}} {count}{told}')
                text.append(f"{DURATION}_count{{{own}}} {counts[service, route]}")
            store.head.answered(service, f"{service}-1", at_s, lines("\n".join(text)))
        if look % 100 == 0:
            store.head.forget(at_s - 600)
            while not store.buffer.idle:
                time.sleep(0.02)


def questions(platform: Platform) -> dict[str, Ask]:
    """Return every question of the interface, some in several forms."""
    served, buckets = Selector(f"{DURATION}_count"), Selector(f"{DURATION}_bucket")

    def one(chance: random.Random) -> Selector:
        return Selector(f"{DURATION}_count", (Matcher("service", "=", chance.choice(HOPS)),))

    return {
        "metrics": lambda store, _, __: store.metrics(),
        "instant": lambda store, chance, window: store.instant(one(chance), window.end_s - 1),
        "range": lambda store, chance, window: store.range(one(chance), window, window.length_s / 60),
        "increase": lambda store, _, window: store.increase(served, window, ("service",)),
        "rate": lambda store, chance, window: store.rate(one(chance), window),
        "rates": lambda store, chance, window: store.rates(one(chance), window, window.length_s / 60, 30, ("service",)),
        "quantile": lambda store, _, window: store.quantile(Selector(DURATION), 0.95, window, ("service",)),
        "exemplars": lambda store, _, window: store.exemplars(buckets, window),
        "red by service": lambda store, _, window: store.red(window),
        "red by route": lambda store, _, window: store.red(window, "route"),
        "trace": lambda store, chance, _: store.trace(chance.choice(platform.trace_ids[:-2000])),
        "traces": lambda store, _, window: store.traces(TraceQuery(), window),
        "traces by service, name": lambda store, chance, window: store.traces(
            TraceQuery(service=chance.choice(HOPS), name=chance.choice(ROUTES)), window
        ),
        "traces with errors": lambda store, chance, window: store.traces(
            TraceQuery(service=chance.choice(HOPS), error=True), window
        ),
        "traces that took long": lambda store, _, window: store.traces(TraceQuery(min_duration_s=0.0359), window),
        "traces by attribute": lambda store, chance, window: store.traces(
            TraceQuery(attributes={"url.path": f"/orders/{chance.choice(platform.orders):x}"}), window
        ),
        "traces that are not there": lambda store, chance, window: store.traces(
            TraceQuery(attributes={"url.path": f"/nowhere/{chance.random()}"}), window
        ),
        "logs": lambda store, chance, window: store.logs(LogQuery(service=chance.choice(HOPS)), window),
        "logs by level": lambda store, _, window: store.logs(LogQuery(level="error"), window),
        "logs by trace": lambda store, chance, window: store.logs(
            LogQuery(trace_id=chance.choice(platform.trace_ids)), window
        ),
        "logs by text": lambda store, chance, window: store.logs(
            LogQuery(text=f"/orders/{chance.randrange(70)}/{chance.randrange(9000)}"), window
        ),
        "logs by a word not there": lambda store, _, window: store.logs(LogQuery(text="deadlock"), window),
        "graph": lambda store, _, window: store.graph(window),
        "correlate": lambda store, _, window: store.correlate(buckets, window),
    }


async def measure(spans: int, rounds: int) -> list[Figure]:
    """Return how long each question takes, in the worst of the windows."""
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore(EvidenceSettings(home=Path(folder), keep_s=4 * HOURS_S, keep_mb=8192))
        async with store.running():
            began = time.monotonic()
            start_s = time.time() - HOURS_S
            platform = await fill(store, spans, start_s)
            size_mb = _size_mb(Path(folder))
            print(f"{spans:,} spans and {spans // 5:,} log records in {time.monotonic() - began:.0f} s, {size_mb} MB")
            await asyncio.sleep(11)  # until the last calls have been added up
            end_s = start_s + HOURS_S
            windows = {"5 m": 300.0, "1 h": 3600.0, "all": HOURS_S}
            print(f"{'p95 of the window, ms':28}" + "".join(f"{name:>10}" for name in windows))
            found = []
            for what, ask in questions(platform).items():
                row = [await _timed(store, ask, Window(end_s - length, end_s), rounds) for length in windows.values()]
                print(f"{what:28}" + "".join(f"{ms:10.1f}" for ms in row))
                found.append(Figure(f"evidence, {what}: p95", max(row), "ms", GOAL_MS))
            return found


def _size_mb(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir()) >> 20


async def _timed(store: EmbeddedStore, ask: Ask, window: Window, rounds: int) -> float:
    chance, took = random.Random(3), []  # noqa: S311 -- which one is asked for
    for _ in range(rounds):
        began = time.perf_counter()
        await ask(store, chance, window)
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[math.ceil(len(took) * 0.95) - 1]


def main() -> None:
    """Measure and print."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--spans", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    found = asyncio.run(measure(options.spans, options.rounds))
    missed = [figure for figure in found if not figure.met]
    print(f"goal ≤ {GOAL_MS:g} ms each: {'met' if not missed else f'MISSED by {len(missed)}'}")
    figures.write(found, options.figures)


if __name__ == "__main__":
    main()
