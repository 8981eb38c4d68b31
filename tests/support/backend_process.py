"""A real program on ephemeral ports of loopback, in a folder of its own, ended by its id."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.polling import poll_until


def found(*names: str) -> str | None:
    """Return where one of these programs is, on the PATH or among the tools that were built for this machine."""
    home = os.environ.get("STACK_TOOLS_HOME") or Path.home() / ".cache" / "stack-tools"  # noqa: TID251 -- where tools are
    folders = os.pathsep.join((os.environ.get("PATH", ""), str(Path(home) / "bin")))  # noqa: TID251 -- as above
    return next((path for name in names if (path := shutil.which(name, path=folders))), None)


def free_ports(count: int) -> list[int]:
    """Return ports where nobody listens."""
    holders = [socket.socket() for _ in range(count)]
    try:
        for holder in holders:
            holder.bind(("127.0.0.1", 0))
        return [int(holder.getsockname()[1]) for holder in holders]
    finally:
        for holder in holders:
            holder.close()


@contextmanager
def running(command: Sequence[str], folder: Path, ready: str) -> Iterator[None]:
    """Run a program in `folder` until the end of the block, which begins when `ready` answers with success."""
    with (folder / "output.log").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    try:
        poll_until(lambda: process.poll() is not None or _answers(ready), f"{command[0]} to answer", within_s=60)
        if process.poll() is not None:
            raise AssertionError(f"{command[0]} has ended: {(folder / 'output.log').read_text()[-2000:]}")
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=5).is_success
    except httpx.HTTPError:
        return False
