"""The real Loki, and lines for it."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from observability.evidence.model import LogRecord
from tests.support.backend_process import found, free_ports, running
from tests.support.yaml_files import read

PROGRAM = found("loki")
ABSENT = "no loki on the PATH, nor in $STACK_TOOLS_HOME/bin (~/.cache/stack-tools/bin)"
COMPOSED = Path(__file__).parents[2] / "deploy" / "compose" / "loki.yaml"
NS = 1_000_000_000


@contextmanager
def loki(folder: Path) -> Iterator[str]:
    """Run it; yield its URL."""
    assert PROGRAM is not None, ABSENT
    http, grpc = free_ports(2)
    config: dict[str, Any] = {
        "auth_enabled": False,
        "server": {
            "http_listen_address": "127.0.0.1", "http_listen_port": http,
            "grpc_listen_address": "127.0.0.1", "grpc_listen_port": grpc, "log_level": "warn",
        },
        "common": {
            "instance_addr": "127.0.0.1", "path_prefix": str(folder / "data"), "replication_factor": 1,
            "ring": {"kvstore": {"store": "inmemory"}, "instance_addr": "127.0.0.1"},
            "storage": {"filesystem": {"chunks_directory": str(folder / "chunks"), "rules_directory": str(folder)}},
        },
        "schema_config": {
            "configs": [
                {
                    "from": "2024-01-01", "store": "tsdb", "object_store": "filesystem", "schema": "v13",
                    "index": {"prefix": "index_", "period": "24h"},
                }
            ]
        },
        # What becomes a label of what the Collector sends.
        "limits_config": {"otlp_config": read(COMPOSED)["limits_config"]["otlp_config"]},
        "analytics": {"reporting_enabled": False},
        "ingester": {"lifecycler": {"min_ready_duration": "0s"}},
    }  # fmt: skip
    (folder / "loki.yaml").write_text(json.dumps(config))
    url = f"http://127.0.0.1:{http}"
    with running([PROGRAM, "-config.file=loki.yaml"], folder, f"{url}/ready"):
        yield url


def push(url: str, records: Iterable[LogRecord]) -> None:
    """Send records as the lines that services write."""
    for record in sorted(records, key=lambda record: record.time_s):
        push_lines(url, record.service, record.instance, [(record.time_s, json.dumps(line(record)))])


def push_lines(url: str, service: str, instance: str, lines: Iterable[tuple[float, str]]) -> None:
    """Send lines of one process."""
    values = [[str(round(at_s * NS)), text] for at_s, text in lines]
    streams = [{"stream": {"service": service, "instance": instance}, "values": values}]
    answer = httpx.post(f"{url}/loki/api/v1/push", json={"streams": streams}, trust_env=False)
    assert answer.is_success, answer.text


def line(record: LogRecord) -> dict[str, Any]:
    """Return the fields of a record as a service writes them."""
    return {
        "time": datetime.fromtimestamp(record.time_s, UTC).isoformat(),
        "level": record.level,
        "event": record.event,
        "service": record.service,
        "replica": record.instance,
        "trace_id": record.trace_id,
        "span_id": record.span_id,
        **record.fields,
    }
