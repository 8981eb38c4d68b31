"""Start the evidence store: `python -m observability.evidence.serve`, configured by `EVIDENCE_…` variables."""

import gc
import sys

import structlog
import uvicorn

from observability.evidence import api
from observability.evidence.app import create_app
from observability.evidence.settings import EvidenceSettings
from observability.evidence.store.store import EmbeddedStore
from observability.slo import api as alerts_api
from observability.slo.runtime import Alerting
from observability.slo.settings import AlertsSettings
from observability.wiring.current import Identity
from observability.wiring.logs import configure

SERVICE = "evidence-store"
ALERTS = "alerts.db"
GRACE_S = 2
COLLECT_AFTER = 50_000
"""New objects, less those that went."""

log = structlog.get_logger()


def main() -> None:
    """Serve until SIGTERM or SIGINT; exit with 1 when the database cannot go on, so that it is opened anew."""
    settings = EvidenceSettings()
    configure("info", Identity(SERVICE, settings.instance))
    broken = []

    def lost() -> None:
        broken.append(True)
        server.should_exit = True

    store = EmbeddedStore(settings, lost)
    alerting = Alerting(store, _alerts(settings))
    config = uvicorn.Config(
        create_app(settings, store, routers=[api.router(store), alerts_api.router(alerting)], parts=[alerting]),
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


def _alerts(settings: EvidenceSettings) -> AlertsSettings:
    told = AlertsSettings()
    # What fired before a restart still fires after it.
    return told if told.database else told.model_copy(update={"database": settings.home / ALERTS})


if __name__ == "__main__":
    main()
