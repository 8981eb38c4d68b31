"""The only place where the provider's parts are joined."""

from fastapi import FastAPI

from observability.wiring import wire
from services.chassis.app import build_app
from services.chassis.clock import SystemClock
from services.chassis.database import Database
from services.provider.faults import FAULTS
from services.provider.operations import CardNetwork, Distance, Supplier
from services.provider.routes import card_router, supplier_router
from services.provider.settings import Settings
from services.provider.storage import metadata


def create_app(settings: Settings) -> FastAPI:
    """Return the provider."""
    telemetry = wire(settings)
    database = Database(settings.database_url, metadata, telemetry, name="provider")
    distance, clock = Distance(settings.latency_median_ms, settings.latency_sigma), SystemClock()
    return build_app(
        settings,
        telemetry,
        title="Payment provider",
        description="The outside world: a card network with its own ledger, and a supplier. Money in cents EUR.",
        routers=(card_router, supplier_router),
        parts=(database,),
        checks={"database": database.check},
        state={
            "card_network": CardNetwork(database, distance, clock),
            "supplier": Supplier(database, distance, clock),
        },
        faults=FAULTS,
    )
