"""Start the evidence store: `python -m observability.evidence.serve`, configured by `EVIDENCE_…` variables.

With the addresses of Prometheus, Jaeger and Loki it answers from these; else it is a store of its own.
"""

import gc
import sys
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from observability.evidence.backends.settings import BackendSettings
from observability.evidence.settings import EvidenceSettings
from observability.wiring.current import Identity
from observability.wiring.logs import configure

SERVICE = "evidence-store"
GRACE_S = 2
COLLECT_AFTER = 50_000
"""New objects, less those that went."""


def main() -> None:
    """Serve until SIGTERM or SIGINT; exit with 1 when the database cannot go on, so that it is opened anew."""
    settings = EvidenceSettings()
    configure("info", Identity(SERVICE, settings.instance))
    broken = []

    def lost() -> None:
        broken.append(True)
        server.should_exit = True

    config = uvicorn.Config(
        _application(settings, lost),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = uvicorn.Server(config)
    # Spans are many small things that refer to nothing: looking for circles among them costs a tenth of taking them.
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    server.run()
    if broken:
        sys.exit(1)


def _application(settings: EvidenceSettings, lost: Callable[[], None]) -> FastAPI:
    """Return the application that is asked for; the other, with the libraries that only it needs, is not loaded."""
    backends = BackendSettings()
    if backends.any_set:
        from observability.evidence.backends import app  # noqa: PLC0415 -- see above

        return app.application(settings, backends)
    from observability.evidence import embedded  # noqa: PLC0415 -- see above

    return embedded.application(settings, lost)


if __name__ == "__main__":
    main()
