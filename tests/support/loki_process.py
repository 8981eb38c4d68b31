"""A real Loki, as a process on loopback, for one test."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.polling import poll_until
from tests.support.toxiproxies import free_port

ABSENT = "no loki on the PATH, nor in $STACK_TOOLS_HOME/bin (~/.cache/stack-tools/bin)"
CONFIGURATION = """
auth_enabled: false
analytics: {{reporting_enabled: false}}
server:
  http_listen_address: 127.0.0.1
  http_listen_port: {port}
  grpc_listen_address: 127.0.0.1
  grpc_listen_port: {grpc}
common:
  instance_addr: 127.0.0.1
  path_prefix: {folder}
  storage: {{filesystem: {{chunks_directory: {folder}/chunks, rules_directory: {folder}/rules}}}}
  replication_factor: 1
  ring: {{kvstore: {{store: inmemory}}}}
schema_config:
  configs:
    - {{from: 2024-01-01, store: tsdb, object_store: filesystem, schema: v13, index: {{prefix: index_, period: 24h}}}}
"""


def program() -> str | None:
    """Return where it is, if it is."""
    home = os.environ.get("STACK_TOOLS_HOME") or Path.home() / ".cache" / "stack-tools"  # noqa: TID251 -- where tools are
    folders = os.pathsep.join((os.environ.get("PATH", ""), str(Path(home) / "bin")))  # noqa: TID251 -- as above
    return shutil.which("loki", path=folders)


@contextmanager
def loki(folder: Path) -> Iterator[str]:
    """Run one; yield its URL."""
    file, port = folder / "loki.yml", free_port()
    file.write_text(CONFIGURATION.format(port=port, grpc=free_port(), folder=folder / "loki"))
    command = [str(program()), f"-config.file={file}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        poll_until(lambda: _ready(port), "Loki to be ready", within_s=60, every_s=0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/ready", trust_env=False).is_success
    except httpx.TransportError:
        return False
