"""A supervisor's socket that answers what a test says."""

import json
import socketserver
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Verbs = Mapping[str, Callable[..., dict[str, Any]]]


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    verbs: Verbs


class _Call(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Server)
        if line := self.rfile.readline():
            call = json.loads(line)
            verb = self.server.verbs.get(call.pop("verb"))
            unknown = {"error": {"code": "unknown-name", "message": "There is no such verb."}}
            answer = unknown if verb is None else {"result": verb(**call)}
            self.wfile.write(json.dumps(answer).encode() + b"\n")


@contextmanager
def fake_control(verbs: Verbs) -> Iterator[str]:
    """Serve verbs; yield the path of the socket."""
    with tempfile.TemporaryDirectory(prefix="nightshift-") as folder:
        path = str(Path(folder) / "s")
        with _Server(path, _Call) as server:
            server.verbs = verbs
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            try:
                yield path
            finally:
                server.shutdown()
                thread.join()
