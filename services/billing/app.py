"""The billing service, put together."""

from fastapi import FastAPI

from observability.wiring import wire
from services.billing.faults import FAULTS
from services.billing.operations import Billing, Reconciliation
from services.billing.routes import router
from services.billing.settings import Settings
from services.billing.storage.ledger import Ledger
from services.billing.storage.tables import metadata
from services.chassis.adjustable import Adjustables, of_pool
from services.chassis.app import build_app
from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Database
from services.chassis.operator import Levers
from services.chassis.periodic import Periodic


def create_app(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """Return the billing service."""
    telemetry = wire(settings)
    database = Database(settings.database_url, metadata, telemetry, name="billing", pool_size=settings.pool_size)
    ledger = Ledger(database)
    reconciliation = Reconciliation(ledger, telemetry)
    job = Periodic("ledger.reconciliation", settings.reconciliation_interval_s, reconciliation.go_on, telemetry)
    return build_app(
        settings,
        telemetry,
        title="Billing",
        description="Invoices and a double-entry ledger from order events. Money is integer cents EUR.",
        routers=[router],
        parts=[database, job],
        checks={"database": database.check},
        state={"billing": Billing(ledger, clock or SystemClock(), telemetry), "reconciliation": reconciliation},
        faults=FAULTS,
        levers=Levers(Adjustables((of_pool(settings, database),))),
    )
