"""Somebody who is told of alerts: a local HTTP server that keeps what it is sent, and can be out of sorts."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class WebhookReceiver:
    """Listens while entered."""

    def __init__(self, *answers: int, port: int = 0) -> None:
        self.answers = list(answers)
        """Statuses to give to the next requests, in turn; then 200."""
        self.taken: list[dict[str, Any]] = []
        """What was answered with 200."""
        self.tries = 0
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.receiver = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Where to send."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def take(self, body: bytes) -> int:
        """Keep one request; return the status to answer with."""
        self.tries += 1
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.taken.append(json.loads(body))
        return status

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: WebhookReceiver


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server: _Server

    def do_POST(self) -> None:
        """Take what is sent."""
        status = self.server.receiver.take(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response_only(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
