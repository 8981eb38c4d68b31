"""A RabbitMQ node of our own, on loopback and in a temporary folder, and rooms in it for single tests."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.support.listening_port import free_port
from tests.support.polling import poll_until

SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
"""Debian's: the one on the PATH insists on being started by root and on one place for its files."""
ABSENT = "no RabbitMQ here (Debian: apt-get install rabbitmq-server): the same cases run on the SQLite queue only"
NEEDED = [pytest.mark.stack, pytest.mark.xdist_group("rabbitmq")]
"""Marks of the tests that need it: all of them share one node."""
USER = "nightshift"


def found() -> bool:
    """Say whether there is a server to start."""
    return Path(SERVER).exists() and shutil.which("epmd") is not None


class Node:
    """One node. It keeps what it stores in `folder` when it is stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port, self._management, self._distribution, self._epmd_port = (free_port() for _ in range(4))
        self._processes: list[subprocess.Popen[bytes]] = []
        (folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.local = 127.0.0.1:{self._port}\n"
            f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {self._management}\n"
            f"default_user = {USER}\ndefault_pass = {USER}\n"
        )
        self.api = httpx.Client(
            base_url=f"http://127.0.0.1:{self._management}/api", auth=(USER, USER), trust_env=False, timeout=30
        )

    def start(self) -> None:
        """Start it, and wait until it can be used."""
        epmd = ["epmd", "-port", str(self._epmd_port), "-address", "127.0.0.1"]
        self._processes = [self._started(epmd), self._started([SERVER])]
        poll_until(self._answers, "RabbitMQ to start", within_s=90, every_s=0.2)

    def kill(self) -> None:
        """End it as a power cut would."""
        for process in reversed(self._processes):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._processes = []

    def pid(self) -> int:
        """Return the process group of the server."""
        return self._processes[-1].pid

    def room(self) -> str:
        """Return the URL of a virtual host that is new and empty."""
        name = f"test-{uuid4().hex[:12]}"
        self.api.put(f"/vhosts/{name}").raise_for_status()
        self.api.put(
            f"/permissions/{name}/{USER}", json={"configure": ".*", "write": ".*", "read": ".*"}
        ).raise_for_status()
        return f"amqp://{USER}:{USER}@127.0.0.1:{self._port}/{name}"

    def clear(self, url: str) -> None:
        """Remove a virtual host with all that is in it, and the connections to it."""
        self.api.delete(f"/vhosts/{url.rpartition('/')[2]}").raise_for_status()

    def _started(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self._folder / "output.log").open("ab") as output:
            # It ends with the tests, even when they are killed.
            return subprocess.Popen(
                ["setpriv", "--pdeathsig=KILL", *command], env=self._environment(),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self._folder, start_new_session=True,
            )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        folder = str(self._folder)
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": folder,
            "LANG": "C.UTF-8",
            "RUNNING_UNDER_SYSTEMD": "true",  # then it is no child of a shell that has to be ended as well
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_NODENAME": f"nightshift-{self._port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{folder}/advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_PID_FILE": f"{folder}/node.pid",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
        }

    def _answers(self) -> bool:
        if self._processes[-1].poll() is not None:
            raise AssertionError((self._folder / "output.log").read_text(errors="replace")[-4000:])
        try:
            return self.api.get("/health/checks/virtual-hosts").status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def running(folder: Path) -> Iterator[Node]:
    """Run a node in `folder`."""
    node = Node(folder)
    try:
        node.start()
        yield node
    finally:
        node.kill()
        node.api.close()
