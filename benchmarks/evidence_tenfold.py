"""Ten times the default load on the evidence store: `python -m benchmarks.evidence_tenfold [--seconds 30]`.

A lab runs under its default load; how many spans per second its services deliver is measured. Then as many exports come
besides as make ten times that, at an even pace, while shoppers go on. Not one export may be refused, the services may
drop none, and in the end every span is in the store's files.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks import closed_loop, figures
from benchmarks.evidence_ingest import PROTOBUF, stored
from benchmarks.figures import Figure
from benchmarks.laboratory import Lab, lab
from benchmarks.spans import EXPORT, Platform

TIMES = 10
SKUS = ["TEA-EARL-100", "TEA-SENCHA-100", "TEA-ROOIBOS-250"]
SETTLE_S, WRITTEN_S = 5.0, 3.0


def default_rate(running: Lab, seconds: float) -> float:
    """Return the spans per second that the services deliver."""
    before, began = running.spans()[0], time.monotonic()
    time.sleep(seconds)
    return (running.spans()[0] - before) / (time.monotonic() - began)


def send(url: str, exports: Iterable[bytes], per_second: float) -> tuple[int, int, float]:
    """Send exports at an even pace; return how many were sent, how many refused, and per second."""
    sent, refused, began = 0, 0, time.monotonic()
    with httpx.Client(base_url=url, trust_env=False, headers=PROTOBUF, timeout=30) as sender:
        for body in exports:
            time.sleep(max(0.0, began + sent * EXPORT / per_second - time.monotonic()))
            refused += sender.post("/v1/traces", content=body).status_code != httpx.codes.OK
            sent += 1
    return sent, refused, sent * EXPORT / (time.monotonic() - began)


@contextmanager
def shop(home: Path) -> Iterator[Lab]:
    """Run a lab under its default load, warm."""
    with lab(home, {}, "--shape", "steady") as running:
        closed_loop.wait_for_checkout(running.url("edge"), SKUS)
        time.sleep(SETTLE_S)
        yield running


def measure(home: Path, seconds: float) -> list[Figure]:
    """Return what was refused, dropped and lost."""
    with shop(home) as running:
        rate = default_rate(running, seconds)
        more = (TIMES - 1) * rate
        platform = Platform(time.time_ns())
        exports = list(platform.exports(round(more * seconds)))
        dropped = running.spans()[1]
        sent, refused, per_second = send(running.url("evidence"), exports, more)
        time.sleep(WRITTEN_S)
        dropped = running.spans()[1] - dropped
    kept = stored(home / "evidence", set(platform.trace_ids))
    print(
        f"default load: {rate:,.0f} spans/s; besides: {per_second:,.0f} spans/s for {seconds:g} s, together "
        f"{(rate + per_second) / rate:.1f} times the default"
    )
    print(f"{refused} of {sent} exports refused, {dropped} spans dropped by services")
    print(f"{kept:,} of {sent * EXPORT:,} spans stored")
    return [
        Figure("evidence, ten times the load: exports refused", refused, "", 0),
        Figure("evidence, ten times the load: spans dropped by services", dropped, "", 0),
        Figure("evidence, ten times the load: spans lost", sent * EXPORT - kept, "", 0),
    ]


def main() -> None:
    """Measure and print."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder) / "home", options.seconds)
    print(f"goal none refused, dropped or lost: {'met' if all(figure.met for figure in found) else 'MISSED'}")
    figures.write(found, options.figures)


if __name__ == "__main__":
    main()
