"""What taking spans costs: `python -m benchmarks.evidence_ingest [--spans 500000]`.

Exports of 1024 spans go over HTTP, as protobuf, to the evidence store, and after that to a real Jaeger that keeps them
in memory, if `$STACK_TOOLS_HOME/bin` has one. What counts is the processor time of the receiver per span: this
process, which sends, shares the machine. The store writes to the disk, adds calls up and answers in the end how many
spans it has; not one may be refused or lost.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.spans import EXPORT, Platform
from lab.ports import free_block

GOAL = 0.4
PROTOBUF = {"Content-Type": "application/x-protobuf"}
SETTLED_S = 8.0
"""Until the last calls have been added up."""
JAEGER_CONFIG = """
service:
  extensions: [jaeger_storage]
  pipelines: {{traces: {{receivers: [otlp], processors: [batch], exporters: [jaeger_storage_exporter]}}}}
  telemetry: {{metrics: {{level: none}}}}
extensions: {{jaeger_storage: {{backends: {{memory: {{memory: {{max_traces: 10000000}}}}}}}}}}
receivers: {{otlp: {{protocols: {{http: {{endpoint: 127.0.0.1:{port}}}}}}}}}
processors: {{batch: {{}}}}
exporters: {{jaeger_storage_exporter: {{trace_storage: memory}}}}
"""


class Cost(NamedTuple):
    """Of taking spans."""

    per_core_s: float
    """Spans for each second of processor time."""
    wall_s: float
    refused: int
    peak_mb: float


def measure(process: psutil.Process, url: str, spans: int, settled_s: float) -> Cost:
    """Send spans, and return what that cost the receiver."""
    refused, peak = 0, 0.0
    before = process.cpu_times()
    began = time.monotonic()
    with httpx.Client(base_url=url, trust_env=False, headers=PROTOBUF, timeout=30) as sender:
        for number, body in enumerate(Platform(time.time_ns()).exports(spans)):
            while (answer := sender.post("/v1/traces", content=body)).status_code == httpx.codes.SERVICE_UNAVAILABLE:
                refused += 1
                time.sleep(0.1)
            answer.raise_for_status()
            if number % 50 == 0:
                peak = max(peak, process.memory_info().rss / (1 << 20))
    wall_s = time.monotonic() - began
    time.sleep(settled_s)
    after = process.cpu_times()
    return Cost(spans / (after.user - before.user + after.system - before.system), wall_s, refused, peak)


@contextmanager
def receiver(*command: str, port: int, folder: Path, **environment: str) -> Iterator[psutil.Process]:
    """Run a receiver until the end of the block."""
    everything = {**os.environ, **environment}  # noqa: TID251 -- passed on, not read
    with (folder / "receiver.log").open("wb") as log:
        started = subprocess.Popen(command, stdout=log, stderr=log, env=everything)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx.post(f"http://127.0.0.1:{port}/v1/traces", content=b"", headers=PROTOBUF, trust_env=False)
                break
            except httpx.TransportError:
                if time.monotonic() > deadline or started.poll() is not None:
                    sys.stderr.write((folder / "receiver.log").read_text())
                    raise
                time.sleep(0.05)
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait(30)


def of_the_store(folder: Path, spans: int) -> tuple[Cost, int]:
    """Return what it costs the evidence store, and how many spans it then has."""
    port = free_block(1)
    where = {"EVIDENCE_PORT": str(port), "EVIDENCE_HOME": str(folder / "evidence"), "EVIDENCE_KEEP_MB": "4096"}
    command = (sys.executable, "-m", "observability.evidence.serve")
    with receiver(*command, port=port, folder=folder, **where) as process:
        cost = measure(process, f"http://127.0.0.1:{port}", spans, SETTLED_S)
    return cost, stored(folder / "evidence")


def stored(folder: Path, traces: set[str] | None = None) -> int:
    """Return how many spans the files of a store hold that has ended; only those of `traces`, if that is given."""
    import duckdb  # noqa: PLC0415 -- not before the store has let go of its files

    highs = None if traces is None else sorted(int(trace[:16], 16) for trace in traces)
    question = "SELECT count(*) FROM spans WHERE $1 IS NULL OR hi IN (SELECT unnest($1::UBIGINT[]))"
    count = 0
    for file in folder.glob("*.duckdb"):
        with duckdb.connect(str(file), read_only=True) as connection:
            count += connection.execute(question, [highs]).fetchall()[0][0]
    return count


def of_jaeger(folder: Path, spans: int) -> Cost | None:
    """Return what it costs a real Jaeger, if there is one."""
    home = os.environ.get("STACK_TOOLS_HOME", "~/.cache/stack-tools")  # noqa: TID251 -- where the real one is
    program = Path(home).expanduser() / "bin" / "jaeger"
    if not program.exists():
        print(f"no {program.name} in {home}/bin: no ratio")
        return None
    port = free_block(1)
    config = folder / "jaeger.yaml"
    config.write_text(JAEGER_CONFIG.format(port=port))
    with receiver(str(program), "--config", str(config), port=port, folder=folder) as process:
        return measure(process, f"http://127.0.0.1:{port}", spans, 1.0)


def report(who: str, cost: Cost) -> None:
    """Print one line."""
    print(
        f"{who:16}{cost.per_core_s:10,.0f} spans/s and core, {cost.wall_s:.1f} s to send, "
        f"{cost.refused} refusals, at most {cost.peak_mb:.0f} MB resident"
    )


def main() -> None:
    """Measure and print."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--spans", type=int, default=500_000)
    options = parser.parse_args()
    spans = -(-options.spans // EXPORT) * EXPORT
    found = []
    with tempfile.TemporaryDirectory() as folder:
        ours, kept = of_the_store(Path(folder), spans)
        report("evidence store", ours)
        print(f"{'':16}{kept:10,} of {spans:,} spans stored")
        if kept != spans:
            raise SystemExit("spans were lost")
        if (theirs := of_jaeger(Path(folder), spans)) is not None:
            report("jaeger", theirs)
            found.append(
                Figure(
                    "spans taken per core, to Jaeger's", ours.per_core_s / theirs.per_core_s, "", GOAL, at_least=True
                )
            )
            print(f"ratio {found[0].value:.2f}, goal ≥ {GOAL:g}: {'met' if found[0].met else 'MISSED'}")
    figures.write(found, options.figures)


if __name__ == "__main__":
    main()
