"""A small platform for trying the lab itself: real processes that answer HTTP, log and keep a file, and little else."""

import json
import os
import signal
import sys
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType

from lab.process import Process, Topology
from lab.site import Site
from tests.support.standin_operator import Operator

PREFIX = "STANDIN_"
LOAD = {
    "state": "running",
    "shape": "steady",
    "users": 4,
    "users_asked": 4,
    "requests_per_s": 2.0,
    "p95_ms": 9.0,
    "requests": 100,
    "failures": 0,
}


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer every page; `/log/TEXT` writes a line of log, `/file` tells the database file."""
        if self.path.startswith("/-/"):
            self._operate()
            return
        if self.path.startswith("/log/"):
            say("standin.asked", text=self.path.removeprefix("/log/"))
        status = 503 if self.path == "/ready" and operator().drained else 200
        self._answer(status, {"instance": env("INSTANCE"), "pid": os.getpid(), **LOAD})

    def _operate(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.removeprefix("/-")
        self._answer(*operator().asked(self.command, path, json.loads(sent) if sent else None))

    do_PATCH = do_POST = do_DELETE = _operate  # noqa: N815 -- the standard library calls them so

    def _answer(self, status: int, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the standard library's access log out of ours."""


@cache
def operator() -> Operator:
    """The operator's interface of this process."""
    return Operator(env("PATIENCE_S"), env("ROOM__SIZE"), env("BACKENDS"))


def env(name: str) -> str:
    """One setting of this process."""
    return os.environ.get(PREFIX + name, "")  # noqa: TID251 -- a stand-in for settings


def say(event: str, **fields: object) -> None:
    """Log one line as the services do."""
    who = {"time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "level": "info", "event": event}
    sys.stdout.write(json.dumps({**who, "service": env("SERVICE"), "replica": env("INSTANCE"), **fields}) + "\n")
    sys.stdout.flush()


def serve(*_: str) -> None:
    """Answer HTTP until SIGTERM."""

    def end(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    if address := env("DATABASE_URL"):
        database = Path(address.removeprefix("sqlite+aiosqlite:///"))
        database.write_text(f"{database.read_text() if database.exists() else ''}{os.getpid()}\n")
    say("standin.started", lifeline="held")
    ThreadingHTTPServer((env("HOST"), int(env("PORT"))), _Pages).serve_forever()


def fail(*_: str) -> None:
    """End at once, as a service with a broken configuration does."""
    raise RuntimeError("the drawer is stuck")


def hang(*_: str) -> None:
    """Never become ready."""
    signal.pause()


SERVE, FAIL, HANG = (f"tests.support.standin:{name}" for name in ("serve", "fail", "hang"))
STORE = Process("store", "store-service", PREFIX, 4, SERVE, databases={"DATABASE_URL": "store"})


def topology() -> Topology:
    """Return a service with a database, one with two replicas that calls it, and a load generator."""
    door = Process(
        "door", "door-service", PREFIX, 2, SERVE, replicas=2, calls={"STORE_URL": "store-service"}, queue="door-queue"
    )
    load = Process(
        "loadgen",
        "load-generator",
        PREFIX,
        9,
        "tests.support.standin_load",
        forked=False,
        is_load=True,
        joins_channel=False,
    )
    return Topology((STORE, door, load), preload=("http.server",))


def shared() -> Topology:
    """Return a service with two replicas, the balancer in front of it, and one that nobody can share."""
    door = Process("door", "door-service", PREFIX, 2, SERVE, replicas=2, balancer="hall-service", queue="door-queue")
    hall = Process("hall", "hall-service", PREFIX, 5, SERVE, computed=_backends)
    return Topology((STORE, door, hall), preload=("http.server",))


def _backends(site: Site, topology: Topology) -> dict[str, str]:
    return {"BACKENDS": json.dumps([{"url": address} for address in topology.urls_of("door", site.base)])}


def broken() -> Topology:
    """Return two services of which one fails at once."""
    return Topology((STORE, Process("door", "door-service", PREFIX, 2, FAIL)))


def slow() -> Topology:
    """Return two services of which one never becomes ready."""
    return Topology((STORE, Process("door", "door-service", PREFIX, 2, HANG)))
