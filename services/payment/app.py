"""The only place where the payment service's parts are joined."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import httpx
from fastapi import FastAPI

from observability.wiring import wire
from services.chassis.adjustable import Adjustables, of_neighbour, of_pool, of_workers
from services.chassis.app import build_app
from services.chassis.client import Neighbour
from services.chassis.clock import SystemClock
from services.chassis.database import Database
from services.chassis.operator import Levers
from services.chassis.periodic import Periodic
from services.chassis.workers import Workers
from services.payment.clients import CardNetwork
from services.payment.faults import FAULTS
from services.payment.line import CardLine
from services.payment.operations import Operations
from services.payment.reconciliation import Reconciliation
from services.payment.routes import router
from services.payment.settings import Settings
from services.payment.storage import Payments, metadata

PROVIDER, ORDER = "payment-provider", "order-service"


def create_app(settings: Settings, *, transports: Mapping[str, httpx.AsyncBaseTransport] | None = None) -> FastAPI:
    """Return the payment service. `transports` (by neighbour) replace the network, for tests in one process."""
    telemetry, clock = wire(settings), SystemClock()
    database = Database(settings.database_url, metadata, telemetry, name="payment", pool_size=settings.pool_size)
    replaced, workers = transports or {}, Workers(settings.workers, telemetry)
    provider = Neighbour(PROVIDER, settings.card_network_url, settings.card_network, telemetry, replaced.get(PROVIDER))
    orders = Neighbour(ORDER, settings.order_url, settings.order, telemetry, replaced.get(ORDER))
    operations = Operations(Payments(database, clock), CardNetwork(CardLine(provider)), orders, clock, telemetry)
    recovery = Periodic(
        "payment.recovery",
        settings.recovery_interval_s,
        partial(operations.finish_abandoned, timedelta(seconds=settings.recovery_after_s)),
        telemetry,
    )
    reconciliation = Periodic(
        "payment.reconciliation",
        settings.reconciliation_interval_s,
        Reconciliation(provider, telemetry).go_on,
        telemetry,
        at_once=False,
        traced=False,
    )
    return build_app(
        settings,
        telemetry,
        title="Payment",
        description="Authorises, captures and gives back payments of orders at the card network. Money in cents EUR.",
        routers=(router,),
        parts=(database, provider, orders, recovery, reconciliation),
        checks={"database": database.check},
        state={"operations": operations},
        faults=FAULTS,
        levers=Levers(
            Adjustables(
                (
                    of_pool(settings, database),
                    of_workers(settings, workers),
                    *of_neighbour(settings, "card_network", provider),
                    *of_neighbour(settings, "order", orders),
                )
            ),
        ),
        workers=workers,
    )
