"""Claims about what a customer sees when the platform is in trouble, and what the status page says."""

import httpx
import pytest

from tests.support.html import Page
from tests.support.public_api import PublicApi


@pytest.mark.parametrize("path", ["/", "/products/TEA-EARL-100", "/orders", "/invoices"])
async def test_a_platform_that_is_down_is_a_friendly_page_with_the_requests_id(
    ada: httpx.AsyncClient, api: PublicApi, path: str
) -> None:
    """503, words for people, the id to name when asking for help, and nothing about what is inside."""
    api.down = True
    answer = await ada.get(path, headers={"X-Request-ID": "call-me-17"})
    page = Page(answer)
    assert answer.status_code == 503
    assert page.headings == ["The shop is having trouble"]
    assert "call-me-17" in page.text
    assert not {"load-balancer", "neighbour", "breaker", "traceback"} & set(page.text.lower().split())


@pytest.mark.parametrize("path", ["/", "/products/TEA-EARL-100", "/orders"])
async def test_a_platform_that_talks_nonsense_is_a_friendly_page_too(
    ada: httpx.AsyncClient, api: PublicApi, path: str
) -> None:
    """A 200 without what was agreed is no answer."""
    api.nonsense = True
    answer = await ada.get(path)
    assert answer.status_code == 503
    assert Page(answer).headings == ["The shop is having trouble"]


@pytest.mark.parametrize(
    ("down", "confirmed", "heading", "badges"),
    [
        (False, True, "The shop is open", ("4 products", "Up to date", "Possible")),
        (False, False, "The shop is open, with limits", ("4 products", "Being confirmed", "Possible")),
        (True, True, "The shop is closed at the moment", ("Not possible", "Unknown", "Not possible")),
    ],
)
async def test_the_status_page_tells_what_a_customer_would_see(
    browser: httpx.AsyncClient, api: PublicApi, *, down: bool, confirmed: bool, heading: str, badges: tuple[str, ...]
) -> None:
    """Open, limited or closed; browsing, stock and ordering; always an answer."""
    api.down, api.confirmed = down, confirmed
    answer = await browser.get("/status")
    page = Page(answer)
    assert answer.status_code == 200
    assert page.headings == [heading]
    assert f"Browsing {badges[0]} Stock {badges[1]} Ordering {badges[2]}" in page.text


async def test_machines_get_their_own_answers(browser: httpx.AsyncClient, api: PublicApi) -> None:
    """Health and readiness are not pages, and a platform that is down does not take the shop's pages away."""
    api.down = True
    assert (await browser.get("/health")).json() == {"status": "ok"}
    assert (await browser.get("/ready")).json() == {"status": "ok"}
    assert "http_server_request_duration_seconds" in (await browser.get("/metrics")).text


async def test_what_the_shop_asks_carries_the_requests_id_and_trace(browser: httpx.AsyncClient, api: PublicApi) -> None:
    """A page can be followed into the platform."""
    answer = await browser.get("/", headers={"X-Request-ID": "follow-me"})
    asked = api.requests[-1].headers
    assert answer.headers["x-request-id"] == asked["x-request-id"] == "follow-me"
    assert asked["traceparent"]
    assert int(asked["x-request-timeout-ms"]) <= 6000
