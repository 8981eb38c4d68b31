"""Gateways for a load balancer: on real sockets, in threads of the test's process, each with a check of its own."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from tests.support.answering import Server

INTERVAL_S = 0.02


class StandInGateway:
    """Says at `health_path` whether it can serve, answers everything below `/shop`, and knows no other page."""

    def __init__(self, health_path: str = "/ready") -> None:
        self.health_path = health_path
        self.well = True
        self.served = 0
        self.asked: list[str] = []
        """Every other path that it was asked for, checks included."""
        self._server = Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def settings(self, **given: object) -> dict[str, Any]:
        """Return it as the load balancer is told of it: checked often, out after two failures, back after one pass."""
        check = {"health_path": self.health_path, "interval_s": INTERVAL_S, "timeout_s": 10, "rise": 1, "fall": 2}
        return {"url": self.url, **check, **given}

    def status(self, path: str) -> int:
        """Return how a request is answered."""
        if path.startswith("/shop"):
            self.served += 1
            return 200
        self.asked.append(path)
        if path == self.health_path:
            return 200 if self.well else 503
        return 404

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def stand_in_gateways(*health_paths: str) -> Iterator[list[StandInGateway]]:
    """Run one for each path."""
    with ExitStack() as ends:
        yield [ends.enter_context(StandInGateway(path)) for path in health_paths]


def _handler(gateway: StandInGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with suppress(ConnectionError):
                self.send_response(gateway.status(self.path))
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep the standard library's access log out of ours."""

    return Handler
