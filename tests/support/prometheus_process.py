"""A real Prometheus and a real Alertmanager, as processes on loopback, for one test or one module."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.polling import poll_until
from tests.support.toxiproxies import free_port

PROMETHEUS = shutil.which("prometheus")
PROMTOOL = shutil.which("promtool")
ALERTMANAGER = shutil.which("alertmanager") or shutil.which("prometheus-alertmanager")
ABSENT = "no prometheus or no alertmanager on the PATH (Debian: apt-get install prometheus prometheus-alertmanager)"
ROUTES = """
route: {{receiver: nobody, group_wait: 1s, group_interval: 5s}}
receivers: [{{name: nobody, webhook_configs: [{{url: 'http://127.0.0.1:{port}/'}}]}}]
"""


@contextmanager
def alertmanager(folder: Path) -> Iterator[str]:
    """Run an Alertmanager whose notices nobody takes; yield its address, `host:port`."""
    file, address = folder / "alertmanager.yml", f"127.0.0.1:{free_port()}"
    file.write_text(ROUTES.format(port=free_port()))
    command = [
        str(ALERTMANAGER), f"--config.file={file}", f"--storage.path={folder / 'notices'}",
        f"--web.listen-address={address}", "--cluster.listen-address=",
    ]  # fmt: skip
    with _process(command, address):
        yield address


@contextmanager
def prometheus(folder: Path, configuration: str, port: int) -> Iterator[str]:
    """Run a Prometheus; yield its URL."""
    file, address = folder / "prometheus.yml", f"127.0.0.1:{port}"
    file.write_text(configuration)
    command = [
        str(PROMETHEUS), f"--config.file={file}", f"--storage.tsdb.path={folder / 'series'}",
        f"--web.listen-address={address}", "--enable-feature=exemplar-storage",
    ]  # fmt: skip
    with _process(command, address):
        yield f"http://{address}"


@contextmanager
def _process(command: list[str], address: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        poll_until(lambda: _ready(f"http://{address}/-/ready"), f"{command[0]} to be ready")
        yield
    finally:
        process.terminate()
        process.wait(20)


def _ready(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False
