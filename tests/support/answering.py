"""A neighbour on a real socket, in threads of the test's process: JSON in, JSON out, whatever a test has it say."""

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
Answer = Callable[[str, str, Json], tuple[int, Json] | None]
"""Returns status and body of the answer to a method, a target and a body; None: the connection is cut instead."""


class Server(ThreadingHTTPServer):
    """Serves each in a thread, and does not complain of who hangs up: whoever is under proof may be killed."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Show what went wrong, unless a client has gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def answering(answer: Answer) -> Iterator[int]:
    """Serve on a free port of 127.0.0.1 during the block; yield the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Otherwise the body of an answer waits some 40 ms for its head to be acknowledged.
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            asked: Json = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
            met = answer(self.command, self.path, asked)
            if met is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, body = met[0], json.dumps(met[1]).encode()
            with suppress(ConnectionError):  # whoever asked may have gone
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        do_GET = do_PUT = do_POST = _serve  # noqa: N815 -- as the base class has it

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
