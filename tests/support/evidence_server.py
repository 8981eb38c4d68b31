"""Evidence behind a real socket, and a home whose lab says where it is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from lab import state
from lab.home import Home
from lab.state import LabState
from observability.evidence.api import router
from observability.evidence.evidence import Evidence
from tests.support.polling import poll_until


@contextmanager
def evidence_server(evidence: Evidence) -> Iterator[str]:
    """Serve the API of `evidence`; yield the URL."""
    app = FastAPI()
    app.include_router(router(evidence))
    with serving(app) as url:
        yield url


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve `app` from a thread of its own; yield the URL."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        poll_until(lambda: server.started or not thread.is_alive(), "the server to listen", every_s=0.005)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def tell(home: Home, **urls: str) -> None:
    """Write the state of a lab whose processes are at `urls`, by short name."""
    home.run.mkdir(parents=True, exist_ok=True)
    replicas = {
        "order-service-1": {
            "service": "order-service",
            "short": "order",
            "port": 1,
            "url": "http://127.0.0.1:1",
            "pid": None,
        }
    }
    state.write(home, LabState(1, "", "2026-01-01T00:00:00Z", 8080, urls, replicas))
