"""The real Prometheus, fed by remote write, so that samples have the times that a story gives them."""

import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from observability.wiring.otlp import block, text, varint
from tests.support.backend_process import found, free_ports, running

PROGRAM = found("prometheus")
PROMTOOL = found("promtool")
ABSENT = "no prometheus on the PATH (Debian: apt-get install prometheus)"
NO_PROMTOOL = "no promtool on the PATH (Debian: apt-get install prometheus)"
STALE = struct.pack("<Q", 0x7FF0000000000002)
"""The value that ends a series."""
_CHUNK = 1 << 16


@contextmanager
def prometheus(
    folder: Path,
    rules: Sequence[Path] = (),
    alertmanager: str = "",
    scraped: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[str]:
    """Run it; yield its URL. `scraped` has the labels of each `host:port` to look at."""
    config: dict[str, Any] = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(file) for file in rules],
    }
    if scraped:
        targets = [{"targets": [target], "labels": dict(labels)} for target, labels in scraped.items()]
        config["scrape_configs"] = [{"job_name": "platform", "static_configs": targets}]
    if alertmanager:
        config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
    (port,) = free_ports(1)
    with configured(folder, json.dumps(config), port) as url:
        yield url


@contextmanager
def configured(folder: Path, config: str, port: int) -> Iterator[str]:
    """Run it with a configuration; yield its URL."""
    assert PROGRAM is not None, ABSENT
    (folder / "prometheus.yaml").write_text(config)
    command = [
        PROGRAM, "--config.file=prometheus.yaml", f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.path=data",
        "--enable-feature=exemplar-storage", "--web.enable-remote-write-receiver",
    ]  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    with running(command, folder, f"{url}/-/ready"):
        yield url


@dataclass
class Written:
    """One series on its way; None ends it."""

    points: list[tuple[float, float | None]] = field(default_factory=list)
    exemplars: list[tuple[Mapping[str, str], float, float]] = field(default_factory=list)
    """Labels, value, time."""


def write(url: str, series: Mapping[tuple[tuple[str, str], ...], Written]) -> None:
    """Give series to a Prometheus, by their labels, `__name__` included."""
    body = b"".join(block(b"\x0a", _series(labels, written)) for labels, written in series.items())
    headers = {
        "Content-Type": "application/x-protobuf",
        "Content-Encoding": "snappy",
        "X-Prometheus-Remote-Write-Version": "0.1.0",
    }
    answer = httpx.post(f"{url}/api/v1/write", content=_snappy(body), headers=headers, trust_env=False)
    assert answer.is_success, answer.text


def _series(labels: Iterable[tuple[str, str]], written: Written) -> bytes:
    samples = (
        b"\x09" + (STALE if value is None else struct.pack("<d", value)) + _timestamp(b"\x10", at_s)
        for at_s, value in written.points
    )
    exemplars = (
        _labels(own.items()) + b"\x11" + struct.pack("<d", value) + _timestamp(b"\x18", at_s)
        for own, value, at_s in written.exemplars
    )
    return (
        _labels(sorted(labels))
        + b"".join(block(b"\x12", sample) for sample in samples)
        + b"".join(block(b"\x1a", exemplar) for exemplar in exemplars)
    )


def _labels(labels: Iterable[tuple[str, str]]) -> bytes:
    return b"".join(block(b"\x0a", text(b"\x0a", name) + text(b"\x12", value)) for name, value in labels)


def _timestamp(tag: bytes, at_s: float) -> bytes:
    return tag + varint(round(at_s * 1000))


def _snappy(body: bytes) -> bytes:
    """Return a body as snappy that compresses nothing: pieces of up to 64 KiB, each with its length before it."""
    pieces = (body[at : at + _CHUNK] for at in range(0, len(body), _CHUNK))
    return varint(len(body)) + b"".join(b"\xf4" + struct.pack("<H", len(piece) - 1) + piece for piece in pieces)
