"""Everybody whom the worker asks, on one real socket in threads of the test's process."""

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from tests.support.answering import Server

Json = dict[str, Any]
NAMES = ("ORDER", "INVENTORY", "PAYMENT", "BILLING")


class AroundWorker:
    """Orders, stock, money and books: they do what they are asked, except for what a test says of single orders."""

    def __init__(self) -> None:
        self.settled: dict[str, str] = {}
        """Order → outcome that the worker told."""
        self.pending: dict[str, int] = {}
        """Order → how often its payment is still to be pending."""
        self.refused: set[str] = set()
        """Orders that the books take for nonsense."""
        self._lock = threading.Lock()
        self._server = Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def environment(self) -> dict[str, str]:
        """Return where they are, as the worker is told."""
        return {f"WORKER_{name}_URL": f"http://127.0.0.1:{self._server.server_port}" for name in NAMES}

    def answer(self, path: str, asked: Json) -> tuple[int, Json]:
        """Return status and body for a call."""
        _, what, number, *_ = [*path.split("/"), ""]
        with self._lock:
            match what:
                case "payments":
                    return 200, {"status": self._captured(number)}
                case "events" if asked["order_id"] in self.refused:
                    return 422, {"type": "urn:problem:unreadable-event", "detail": "The sums do not add up."}
                case "orders":
                    self.settled[number] = asked["outcome"]
                    return 200, {"status": "fulfilled"}
        return 200, {}

    def _captured(self, number: str) -> str:
        left = self.pending.get(number, 0)
        self.pending[number] = left - 1
        return "pending" if left > 0 else "captured"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(around: AroundWorker) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = around.answer(self.path, json.loads(sent) if sent else {})
            text = json.dumps(body).encode()
            with suppress(ConnectionError):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        do_PUT = do_POST  # noqa: N815 -- the standard library calls them so

        def log_message(self, format: str, *args: object) -> None:
            """Keep the standard library's access log out of ours."""

    return Handler
