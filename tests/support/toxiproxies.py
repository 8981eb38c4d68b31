"""Two programs that speak the API of Toxiproxy: ours and, where it can be had, the real one."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.backend_process import found
from tests.support.polling import poll_until

ROOT = Path(__file__).parents[2]
NAMES = ("toxiproxy-server", "toxiproxy")
ABSENT = (
    "no toxiproxy-server or toxiproxy on the PATH, nor in $STACK_TOOLS_HOME/bin (~/.cache/stack-tools/bin): the same "
    "cases run against ours only"
)


def real_program() -> str | None:
    """Return where the real Toxiproxy is, if it is."""
    return found(*NAMES)


@contextmanager
def ours() -> Iterator[str]:
    """Run our proxy; yield the URL of its API."""
    port = free_port()
    environment = {**os.environ, "PROXY_PORT": str(port)}  # noqa: TID251 -- passed on
    with _running([sys.executable, "-m", "chaos.proxy.serve"], environment, port) as url:
        yield url


@contextmanager
def real(program: str) -> Iterator[str]:
    """Run the real one; yield the URL of its API."""
    port = free_port()
    with _running([program, "-host", "127.0.0.1", "-port", str(port)], dict(os.environ), port) as url:  # noqa: TID251 -- passed on
        yield url


def free_port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return int(holder.getsockname()[1])


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        poll_until(lambda: _answers(url), f"{command[0]} to answer")
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/version", trust_env=False).is_success
    except httpx.TransportError:
        return False
