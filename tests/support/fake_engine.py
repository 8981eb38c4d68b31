"""A Docker Engine on a Unix socket that has some containers, and remembers what it was asked for."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

LIFE = {"Pid": 7, "ExitCode": 137, "StartedAt": "2026-01-01T00:00:00.5Z"}
PROJECT = "com.docker.compose.project"


class FakeEngine:
    """Containers by id: `{"project", "service", "state"}`."""

    def __init__(self, containers: dict[str, dict[str, str]]) -> None:
        self.containers = containers
        self.acts: list[str] = []

    def answer(self, method: str, target: str) -> tuple[int, Any]:
        """Do as an Engine does."""
        url = urlsplit(target)
        if url.path == "/containers/json":
            filters = json.loads(parse_qs(url.query).get("filters", ["{}"])[0])
            wanted = [label.partition("=")[2] for label in filters.get("label", [])]
            return 200, [
                {"Id": number, "State": one["state"], "Labels": {"com.docker.compose.service": one["service"]}}
                for number, one in self.containers.items()
                if not wanted or one["project"] in wanted
            ]
        _, _, number, what = url.path.split("/")
        if (one := self.containers.get(number)) is None:
            return 404, {"message": "No such container"}
        if what == "json":
            return 200, {
                "Id": number,
                "State": {**LIFE, "Running": one["state"] == "running"},
                "Config": {"Labels": {PROJECT: one["project"]}, "Env": ["PASSWORD=x"]},
                "Mounts": [],
            }
        self.acts.append(f"{method} {target}")
        return 204, None


@contextmanager
def engine(path: Path, containers: dict[str, dict[str, str]]) -> Iterator[FakeEngine]:
    """Serve one at a socket until the end of the block."""
    fake = FakeEngine(containers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(*fake.answer("GET", self.path))

        def do_POST(self) -> None:
            self._say(*fake.answer("POST", self.path))

        def _say(self, status: int, body: Any) -> None:
            self.send_response(status)
            self.end_headers()
            if body is not None:
                self.wfile.write(json.dumps(body).encode())

        def address_string(self) -> str:
            return "engine"

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingUnixStreamServer(str(path), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
