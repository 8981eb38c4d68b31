"""A supervisor with one process that does nothing, on a real Unix socket: it stops it, and lets it go on."""

import json
import os
import signal
import socketserver
import subprocess
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

INSTANCE, SERVICE = "order-service-1", "order-service"
SIGNALS = {"process.pause": signal.SIGSTOP, "process.resume": signal.SIGCONT, "process.kill": signal.SIGKILL}


class FakeSupervisor:
    """Enter it; `state_file` is what a controller is told."""

    def __init__(self, folder: Path) -> None:
        self.replaces_before = ""
        """A verb; when it is asked for, another process has just taken the place of the present one."""
        self._sockets = tempfile.TemporaryDirectory(prefix="nightshift-")
        self.state_file = folder / "state.json"
        address = str(Path(self._sockets.name) / "s")
        self.state_file.write_text(json.dumps({"socket": address}))
        self._process = self._start()
        self._server = _Server(address, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def is_stopped(self) -> bool:
        """Whether the process stands still."""
        return psutil.Process(self._process.pid).status() == psutil.STATUS_STOPPED

    @property
    def pid(self) -> int:
        """Its process's id."""
        return self._process.pid

    def _replace(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process = self._start()

    def answer(self, call: dict[str, Any]) -> dict[str, Any]:
        """Do what a verb says."""
        if call["verb"] == "processes":
            started = psutil.Process(self.pid).create_time()
            one = {"instance": INSTANCE, "service": SERVICE, "pid": self.pid, "started": started}
            return {"result": {"replicas": [{**one, "port": 1, "state": "ready"}]}}
        if call["verb"] == self.replaces_before:
            self.replaces_before = ""
            self._replace()
        self._process.send_signal(SIGNALS[call["verb"]])
        if call["verb"] == "process.pause":
            # On a busy machine it stands still only a while after it was told.
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        return {"result": {"instances": call["instances"]}}

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(["sleep", "600"])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._process.kill()
        self._process.wait()
        self._sockets.cleanup()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, address: str, supervisor: FakeSupervisor) -> None:
        super().__init__(address, _Call)
        self.supervisor = supervisor


class _Call(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        if line := self.rfile.readline():
            self.wfile.write(json.dumps(server.supervisor.answer(json.loads(line))).encode() + b"\n")
