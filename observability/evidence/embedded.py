"""The evidence store of a lab: it takes, looks at, and judges everything by itself."""

from collections.abc import Callable

from fastapi import FastAPI

from observability.evidence import api
from observability.evidence.app import create_app
from observability.evidence.settings import EvidenceSettings
from observability.evidence.store.store import EmbeddedStore
from observability.slo import api as alerts_api
from observability.slo.runtime import Alerting
from observability.slo.settings import AlertsSettings


def application(settings: EvidenceSettings, lost: Callable[[], None]) -> FastAPI:
    """Return the application; `lost` is called when the database cannot go on."""
    store = EmbeddedStore(settings, lost)
    # What fired before a restart still fires after it.
    alerting = Alerting(store, AlertsSettings().kept_in(settings.home))
    return create_app(settings, store, routers=[api.router(store), alerts_api.router(alerting)], parts=[alerting])
