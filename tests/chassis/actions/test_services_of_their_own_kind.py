"""Services that answer in ways of their own do so, too, when an error is wanted of them."""

import httpx

import services.edge.app
import services.storefront.app
from services.chassis.actions.api_status import Status
from services.edge.settings import BackendSettings
from services.edge.settings import Settings as EdgeSettings
from services.storefront.settings import Settings as StorefrontSettings
from tests.support.faults import switched_on
from tests.support.scripted import Scripted, fails
from tests.support.served import served


async def test_the_load_balancer_records_what_it_always_does() -> None:
    """It knows no routes of the backends: whatever it answers is recorded under the one that stands for all."""
    settings = EdgeSettings(backends=(BackendSettings(url="http://gateway"),), port=0)
    app = services.edge.app.create_app(settings, Scripted(fails(httpx.ConnectError)))
    async with served(app) as client:
        with switched_on(Status(), status=502):
            answer = await client.get("/orders/7")
        metrics = (await client.get("/metrics")).text
    assert (answer.status_code, answer.json()["type"]) == (502, "urn:problem:bad-gateway")
    assert 'reason="bad-gateway",route="/{path}"' in metrics


async def test_the_storefront_shows_a_page() -> None:
    """People get something to read, with the status that was wanted."""
    app = services.storefront.app.create_app(
        StorefrontSettings(platform_url="http://edge"), Scripted(fails(httpx.ConnectError))
    )
    async with served(app) as client:
        with switched_on(Status(), status=503):
            answer = await client.get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "The shop is having trouble" in answer.text
