"""Where the order service is put together."""

from collections.abc import Mapping

import httpx
from fastapi import FastAPI

from observability.wiring import wire
from services.chassis.adjustable import Adjustables, of_neighbour, of_pool, of_workers
from services.chassis.app import build_app
from services.chassis.broker import open_broker
from services.chassis.client import Neighbour
from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Database
from services.chassis.operator import Cache, Levers
from services.chassis.outbox import OutboxRelay
from services.chassis.periodic import Periodic
from services.chassis.workers import Workers
from services.order.checkout import Checkout
from services.order.claims import Claims
from services.order.clients import Inventory, Payments
from services.order.faults import FAULTS
from services.order.giving_up import GivingUp
from services.order.history import History
from services.order.measures import Measures
from services.order.operations import Orders
from services.order.prices import KnownPrices
from services.order.recovery import Recovery
from services.order.routes import router
from services.order.settings import Settings
from services.order.tables import metadata, outbox

DESCRIPTION = """Takes orders: reserves stock, authorises payment, and publishes what was ordered.

Ready means that the database answers. The neighbours and the broker are not asked: without them orders are taken
under reserve, and their events wait. Nor is a replica of the database: without it, the database itself is read.
"""
INVENTORY, PAYMENT = "inventory-service", "payment-service"


def create_app(
    settings: Settings,
    *,
    transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
    clock: Clock | None = None,
) -> FastAPI:
    """Return the order service. `transports` (by neighbour) replace the network, for tests in one process."""
    telemetry, clock, replaced = wire(settings), clock or SystemClock(), transports or {}
    database = Database(settings.database_url, metadata, telemetry, name="order", pool_size=settings.pool_size)
    replica = (
        Database(settings.replica_url, None, telemetry, name="order-replica", pool_size=settings.pool_size)
        if settings.replica_url
        else None
    )
    history = History(database, replica, telemetry)
    workers = Workers(settings.workers, telemetry)
    broker = open_broker(settings.broker_url, telemetry)
    relay = OutboxRelay(database, outbox, broker, telemetry)
    to_inventory = Neighbour(INVENTORY, settings.inventory_url, settings.inventory, telemetry, replaced.get(INVENTORY))
    to_payment = Neighbour(PAYMENT, settings.payment_url, settings.payment, telemetry, replaced.get(PAYMENT))
    inventory, measures = Inventory(to_inventory), Measures(telemetry)
    prices = KnownPrices(database, inventory)
    claims = Claims(database, clock, settings.instance, claim_s=settings.claim_s, join_s=settings.join_s)
    checkout = Checkout(database, history, relay, claims, inventory, Payments(to_payment), prices, measures, clock)
    recovery = Recovery(database, GivingUp(relay, measures, clock), clock, settings.abandon_after_s)
    return build_app(
        settings,
        telemetry,
        title="Orders",
        description=DESCRIPTION,
        routers=[router],
        parts=[
            database,
            *filter(None, (replica,)),
            claims,
            broker,
            to_inventory,
            to_payment,
            relay,
            Periodic("prices.refresh", settings.prices_interval_s, prices.refresh, telemetry, traced=False),
            Periodic("orders.recover", settings.recovery_interval_s, recovery.round, telemetry, traced=False),
        ],
        checks={"database": database.check},
        state={"operations": Orders(database, history, relay, checkout, measures, clock)},
        faults=FAULTS,
        levers=Levers(
            Adjustables(
                (
                    of_pool(settings, database),
                    of_workers(settings, workers),
                    *of_neighbour(settings, "inventory", to_inventory),
                    *of_neighbour(settings, "payment", to_payment),
                )
            ),
            caches=(Cache("prices", "known prices: read anew from the inventory", prices.read_anew),),
        ),
        workers=workers,
    )
