"""The storefront, put together."""

import httpx
from fastapi import FastAPI

from observability.wiring import wire
from services.chassis.adjustable import Adjustables, number, of_neighbour
from services.chassis.app import build_app
from services.chassis.client import Neighbour
from services.chassis.operator import Levers
from services.storefront import error_pages
from services.storefront.clients import Platform
from services.storefront.faults import FAULTS
from services.storefront.operations import Shop
from services.storefront.pages import Pages
from services.storefront.routes import router
from services.storefront.settings import Settings


def create_app(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """Return the storefront; `transport` takes the place of the network."""
    telemetry = wire(settings)
    platform = Neighbour("load-balancer", settings.platform_url, settings.platform, telemetry, transport)
    pages = Pages(telemetry)
    shop = Shop(Platform(platform), settings.page_timeout_s)
    knobs = (
        number(settings, "page_timeout_s", shop.answer_within, (0.1, 60.0)),
        *of_neighbour(settings, "platform", platform),
    )
    app = build_app(
        settings,
        telemetry,
        title="Storefront",
        description="The shop's pages. Ready means that they can be served; what they say of the platform, it says.",
        routers=[router],
        parts=[platform],
        state={"operations": shop, "pages": pages},
        faults=FAULTS,
        levers=Levers(Adjustables(knobs), described=False, guarded=True),
    )
    error_pages.install(app, pages)
    return app
