"""Where the inventory is put together."""

from collections.abc import Mapping

import httpx
from fastapi import FastAPI

from observability.wiring import wire
from services.chassis.adjustable import Adjustables, number, of_neighbour, of_pool, of_workers
from services.chassis.app import build_app
from services.chassis.client import Neighbour
from services.chassis.clock import SystemClock
from services.chassis.database import Database
from services.chassis.operator import Cache, Levers
from services.chassis.periodic import Periodic
from services.chassis.workers import Workers
from services.inventory import tables
from services.inventory.catalogue import Catalogue
from services.inventory.clients import Supplier
from services.inventory.counting import StockCount
from services.inventory.faults import FAULTS
from services.inventory.lead_times import LeadTimes
from services.inventory.operations import Inventory
from services.inventory.restock import Restock
from services.inventory.routes import router
from services.inventory.settings import Settings

DESCRIPTION = """Products, stock and reservations.

Ready means that the database answers. The supplier is not asked: without it nothing is restocked, and what there is
can still be sold.
"""
PAYMENT, SUPPLIER = "payment-service", "payment-provider"
"""The supplier lives in the process that stands for everything outside the platform."""


def create_app(settings: Settings, *, transports: Mapping[str, httpx.AsyncBaseTransport] | None = None) -> FastAPI:
    """Return the inventory service. `transports` (by neighbour) replace the network, for tests in one process."""
    telemetry, clock, replaced = wire(settings), SystemClock(), transports or {}
    workers = Workers(settings.workers, telemetry)
    database = Database(
        settings.database_url, tables.metadata, telemetry, name="inventory", pool_size=settings.pool_size
    )
    catalogue = Catalogue(database, settings.products_file)
    payments = Neighbour(PAYMENT, settings.payment_url, settings.payment, telemetry, replaced.get(PAYMENT))
    neighbour = Neighbour(SUPPLIER, settings.supplier_url, settings.supplier, telemetry, replaced.get(SUPPLIER))
    supplier, lead_times = Supplier(neighbour, settings.supplier_url, telemetry), LeadTimes(settings.lead_times_ttl_s)
    inventory = Inventory(database, catalogue, supplier, lead_times, payments, telemetry, clock, settings.cache_ttl_s)
    restock = Restock(
        inventory,
        database,
        supplier,
        telemetry,
        clock,
        below=settings.restock_below,
        units=settings.restock_units,
    )
    rounds = Periodic("stock.restock", settings.restock_interval_s, restock.round, telemetry)
    count = StockCount(database, telemetry, clock)
    counts = Periodic("stock.count", settings.count_interval_s, count.round, telemetry, traced=False)
    return build_app(
        settings,
        telemetry,
        title="Inventory",
        description=DESCRIPTION,
        routers=[router],
        parts=[database, catalogue, payments, neighbour, rounds, counts],
        checks={"database": database.check},
        state={"operations": inventory},
        faults=FAULTS,
        levers=Levers(
            Adjustables(
                (
                    of_pool(settings, database),
                    of_workers(settings, workers),
                    number(settings, "cache_ttl_s", inventory.offers.keep_for, (0.0, 3600.0)),
                    *of_neighbour(settings, "supplier", neighbour),
                    *of_neighbour(settings, "payment", payments),
                )
            ),
            caches=(Cache("offers", "stock figures as they were last read", inventory.offers.flush),),
        ),
        workers=workers,
    )
