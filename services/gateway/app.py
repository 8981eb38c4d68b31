"""Where the gateway is put together."""

from collections.abc import Mapping

import httpx
from fastapi import FastAPI

from observability.wiring import wire
from services.chassis.adjustable import Adjustables, number, of_neighbour
from services.chassis.app import build_app
from services.chassis.client import Neighbour
from services.chassis.operator import Cache, Levers
from services.chassis.periodic import Periodic
from services.gateway.clients import Invoices, Orders, Products
from services.gateway.faults import FAULTS
from services.gateway.operations import Shop
from services.gateway.product_pages import ProductPages
from services.gateway.routes import install_refusals, router
from services.gateway.settings import Settings

DESCRIPTION = """The public API of the shop.

Money is integer cents EUR, tax included; moments are RFC 3339, UTC; errors are RFC 9457 problems, whose `type` is made
for programs. A request may take five seconds; a caller who has less says so in `X-Request-Timeout-Ms`. After a 503 or
504 the same request may be sent again when `Retry-After` seconds have passed.

Ready means that this process answers. The services behind are not asked: all replicas would leave the rotation at the
same moment, and with them the product pages that can be served without inventory, and the problems that say what is
wrong and when to come back. A neighbour that is down makes a gateway degraded, not unready.
"""


def create_app(settings: Settings, *, transports: Mapping[str, httpx.AsyncBaseTransport] | None = None) -> FastAPI:
    """Return a gateway. `transports` (by neighbour) replace the network, for tests in one process."""
    telemetry, network = wire(settings), transports or {}
    order, inventory, billing = neighbours = [
        Neighbour(peer, url, limits, telemetry, transport=network.get(peer))
        for peer, url, limits in (
            ("order-service", settings.order_url, settings.order),
            ("inventory-service", settings.inventory_url, settings.inventory),
            ("billing-service", settings.billing_url, settings.billing),
        )
    ]
    pages = ProductPages(Products(inventory), settings.products_timeout_s, telemetry)
    refreshes = Periodic("products.refresh", settings.products_interval_s, pages.refresh, telemetry)
    shop = Shop(Orders(order), pages, Invoices(billing), settings.request_timeout_s, settings.requests_per_s)
    app = build_app(
        settings,
        telemetry,
        title="Public API",
        description=DESCRIPTION,
        routers=[router],
        parts=[*neighbours, refreshes],
        state={"operations": shop},
        faults=FAULTS,
        levers=Levers(
            Adjustables(
                (
                    number(settings, "request_timeout_s", shop.answer_within, (0.1, 60.0)),
                    number(settings, "requests_per_s", shop.take_per_s, (1.0, 100_000.0)),
                    number(settings, "products_timeout_s", pages.wait_for, (0.05, 60.0)),
                    number(settings, "products_interval_s", refreshes.adjust, (0.5, 3600.0)),
                    *of_neighbour(settings, "order", order),
                    *of_neighbour(settings, "inventory", inventory),
                    *of_neighbour(settings, "billing", billing),
                )
            ),
            caches=(Cache("products", "products as they were last heard of", pages.flush),),
            described=False,
        ),
    )
    install_refusals(app)
    return app
