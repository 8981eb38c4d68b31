"""The real Jaeger, with the storage that the lab gives it, in memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tests.support.backend_process import found, free_ports, running

PROGRAM = found("jaeger")
ABSENT = "no jaeger on the PATH, nor in $STACK_TOOLS_HOME/bin (~/.cache/stack-tools/bin)"


class Jaeger(NamedTuple):
    """Where it is."""

    url: str
    """Of its query API."""
    otlp: str
    """Where it takes spans."""


@contextmanager
def jaeger(folder: Path) -> Iterator[Jaeger]:
    """Run it; yield where it is."""
    assert PROGRAM is not None, ABSENT
    (query, grpc, otlp) = free_ports(3)
    storage = {"directories": {"keys": str(folder / "keys"), "values": str(folder / "values")}, "ephemeral": False}
    config: dict[str, Any] = {
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query"],
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["jaeger_storage_exporter"]}},
            "telemetry": {"metrics": {"level": "none"}, "logs": {"level": "warn"}},
        },
        "extensions": {
            "jaeger_query": {
                "storage": {"traces": "badger"},
                "http": {"endpoint": f"127.0.0.1:{query}"},
                "grpc": {"endpoint": f"127.0.0.1:{grpc}"},
            },
            "jaeger_storage": {"backends": {"badger": {"badger": storage}}},
        },
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{otlp}"}}}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": "badger"}},
    }
    (folder / "jaeger.yaml").write_text(json.dumps(config))
    url = f"http://127.0.0.1:{query}"
    with running([PROGRAM, "--config", "jaeger.yaml"], folder, f"{url}/api/v3/services"):
        yield Jaeger(url, f"http://127.0.0.1:{otlp}/v1/traces")


def send(to: Jaeger, export: bytes) -> None:
    """Send spans, encoded."""
    headers = {"Content-Type": "application/x-protobuf"}
    httpx.post(to.otlp, content=export, headers=headers, trust_env=False).raise_for_status()
