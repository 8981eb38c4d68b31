"""A storefront in front of a public API with levers, both in the test's own process."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.storefront.app import create_app
from services.storefront.settings import Settings
from tests.support.public_api import PublicApi
from tests.support.served import served


@pytest.fixture
def api() -> PublicApi:
    """The platform."""
    return PublicApi()


@pytest.fixture
async def browser(api: PublicApi) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a customer."""
    settings = Settings(platform_url="http://edge", page_timeout_s=20.0)
    async with served(create_app(settings, httpx.ASGITransport(api.app()))) as client:
        yield client


@pytest.fixture
async def ada(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser in which Ada is signed in."""
    answer = await browser.post("/sign-in", data={"customer_id": "ada", "onward": "/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return browser
