"""The Docker Engine for those who supervise, and no more of it: `python -m lab.stack.engine_proxy`.

Whoever holds the Engine's socket owns the machine. This process alone holds it, and lets through: list, inspect, start,
stop, restart, kill, pause, unpause, stats; of containers of its own compose project, and of no others.
"""

import http.client
import json
import os
import re
import socket
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

SOCKET = "/var/run/docker.sock"
PORT = 2375
WITHIN_S = 30.0
PROJECT = "com.docker.compose.project"
LIST = "/containers/json"
ONE = re.compile(r"/containers/(?P<id>[0-9a-zA-Z][0-9a-zA-Z_.-]*)/(?P<what>[a-z]+)")
LOOKS = {"json": frozenset[str](), "stats": frozenset({"stream", "one-shot"})}
ACTS = {
    "start": frozenset[str](),
    "stop": frozenset({"t"}),
    "restart": frozenset({"t"}),
    "kill": frozenset({"signal"}),
    "pause": frozenset[str](),
    "unpause": frozenset[str](),
}
SHOWN = ("Id", "Name", "Image", "Created", "State", "RestartCount")
"""What an inspection shows: no environment, no mounts."""

WITHOUT_BODY = (204, 304)

Query = Mapping[str, list[str]]


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("engine", timeout=WITHIN_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(WITHIN_S)
        self.sock.connect(self._path)


class Refused(Exception):
    """Not in the list."""


class Gate:
    """Asks the Engine at `path` for what is allowed to `project`."""

    def __init__(self, path: str, project: str) -> None:
        self._path, self._project = path, project

    def pass_on(self, method: str, target: str) -> tuple[int, bytes]:
        """Return status and body of the Engine's answer. Raises Refused, and OSError when it does not answer."""
        url = urlsplit(target)
        query = parse_qs(url.query, keep_blank_values=True)
        if (method, url.path) == ("GET", LIST):
            return self._list(query)
        found = ONE.fullmatch(url.path)
        allowed = (LOOKS if method == "GET" else ACTS if method == "POST" else {}).get(found["what"] if found else "")
        if found is None or allowed is None or not query.keys() <= allowed:
            raise Refused(f"{method} {url.path} is not allowed here.")
        status, told = self._ask("GET", f"/containers/{found['id']}/json")
        if status == http.client.OK and _label(told) != self._project:
            raise Refused("This container belongs to somebody else.")
        if status != http.client.OK or found["what"] == "json":
            return status, _shown(told) if status == http.client.OK else told
        return self._ask(method, f"{url.path}?{urlencode(query, doseq=True)}")

    def _list(self, query: Query) -> tuple[int, bytes]:
        if not query.keys() <= {"all"}:
            raise Refused("Of a list, only `all` can be said.")
        filters = quote(json.dumps({"label": [f"{PROJECT}={self._project}"]}))
        return self._ask("GET", f"{LIST}?all={query.get('all', ['0'])[0]}&filters={filters}")

    def _ask(self, method: str, target: str) -> tuple[int, bytes]:
        return ask(self._path, method, target)


def ask(path: str, method: str, target: str) -> tuple[int, bytes]:
    """Return status and body of what the Engine at the socket `path` answers. Raises OSError."""
    connection = _UnixConnection(path)
    try:
        connection.request(method, target)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise ConnectionError(repr(error)) from error
    finally:
        connection.close()


def _label(told: bytes) -> str:
    labels: dict[str, str] = json.loads(told)["Config"]["Labels"] or {}
    return labels.get(PROJECT, "")


def _shown(told: bytes) -> bytes:
    everything: dict[str, Any] = json.loads(told)
    return json.dumps({name: everything[name] for name in SHOWN if name in everything}).encode()


def answered(gate: Gate, method: str, target: str) -> tuple[int, bytes]:
    """Return status and body of an answer, whatever comes of the question."""
    try:
        return gate.pass_on(method, target)
    except Refused as error:
        return 403, json.dumps({"message": str(error)}).encode()
    except (OSError, ValueError, KeyError) as error:
        return 502, json.dumps({"message": f"The Engine does not answer: {error}"}).encode()


def server(gate: Gate, address: tuple[str, int]) -> ThreadingHTTPServer:
    """Return a server that passes on what `gate` allows."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer("POST")

        def _answer(self, method: str) -> None:
            status, body = answered(gate, method, self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if status not in WITHOUT_BODY:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status not in WITHOUT_BODY:
                self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing: it is asked many times a second."""

    return ThreadingHTTPServer(address, Handler)


def main() -> None:
    """Serve the project that this container belongs to."""
    status, told = ask(SOCKET, "GET", f"/containers/{socket.gethostname()}/json")
    if status != http.client.OK or not (project := _label(told)):
        sys.exit("engine-proxy: this is no container of a compose project")
    os.umask(0o077)
    server(Gate(SOCKET, project), ("0.0.0.0", PORT)).serve_forever()  # noqa: S104 -- of a container


if __name__ == "__main__":
    main()
