"""Claims about buying before signing in: the way back to the purchase, which is never made on its own."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.html import Page
from tests.support.public_api import PublicApi

SIGNED_IN_NOW = "You are signed in now; one more click buys it."


async def page_to_return_to(browser: httpx.AsyncClient, form: dict[str, list[str]]) -> str:
    """Send a purchase signed out, sign in as Ada; return where that leads."""
    asked = await browser.post("/orders", data=form)
    assert (asked.status_code, urlsplit(asked.headers["location"]).path) == (303, "/sign-in")
    sign_in = Page(await browser.get(asked.headers["location"])).forms["/sign-in"].filled({"customer_id": "ada"})
    return (await browser.post("/sign-in", data=sign_in)).headers["location"]


async def test_signing_in_leads_back_to_the_product_as_it_was_chosen(
    browser: httpx.AsyncClient, api: PublicApi
) -> None:
    """Quantity and card are kept, nothing is bought yet, and the form there buys."""
    form = Page(await browser.get("/products/GRINDER-HAND")).forms["/orders"]
    location = await page_to_return_to(browser, form.filled({"quantity": "2", "card_token": "card-4444"}))
    assert location == "/products/GRINDER-HAND?quantity=2&card_token=card-4444"
    answer = await browser.get(location)
    page = Page(answer)
    assert SIGNED_IN_NOW in page.text
    assert '<option value="card-4444" selected>' in answer.text
    assert not api.orders
    again = page.forms["/orders"].filled({"card_token": "card-4444"})
    assert again["quantity"] == ["2"]
    await browser.post("/orders", data=again)
    assert [order["lines"][0]["quantity"] for order in api.orders.values()] == [2]


async def test_signing_in_leads_back_to_the_basket(browser: httpx.AsyncClient, api: PublicApi) -> None:
    """A basket of one product, too: it is the basket that was to be bought."""
    await browser.post("/basket/lines", data={"sku": "TEA-EARL-100", "quantity": "4"})
    form = Page(await browser.get("/basket")).forms["/orders"].filled({"card_token": "card-4444"})
    location = await page_to_return_to(browser, form)
    assert location == "/basket?card_token=card-4444"
    answer = await browser.get(location)
    assert SIGNED_IN_NOW in Page(answer).text
    assert '<option value="card-4444" selected>' in answer.text
    assert not api.orders


async def test_an_unclear_purchase_sent_again_signed_out_leads_to_the_orders(
    ada: httpx.AsyncClient, api: PublicApi
) -> None:
    """It may have gone through, so another form, with another key, would be the wrong thing to offer."""
    api.lose_answers = True
    form = Page(await ada.get("/products/GRINDER-HAND")).forms["/orders"].filled({"card_token": "card-4242"})
    unclear = Page(await ada.post("/orders", data=form))
    api.lose_answers = False
    await ada.post("/sign-out")
    assert await page_to_return_to(ada, unclear.forms["/orders"].filled()) == "/orders"


@pytest.mark.parametrize("path", ["/products/GRINDER-HAND", "/products/GRINDER-HAND?quantity=2"])
async def test_without_signing_in_nobody_is_told_so(browser: httpx.AsyncClient, path: str) -> None:
    """Signed out there is no such message, whatever the address says."""
    assert SIGNED_IN_NOW not in Page(await browser.get(path)).text


async def test_a_forged_purchase_does_not_lead_out_of_the_shop(browser: httpx.AsyncClient) -> None:
    """What is no SKU, or no page of ours, is refused before it becomes part of an address."""
    form = Page(await browser.get("/products/GRINDER-HAND")).forms["/orders"].filled({"card_token": "card-4242"})
    for forged in ({"sku": ["//example.org"]}, {"page": ["https://example.org"]}, {"card_token": ["card-1&x=//y"]}):
        assert (await browser.post("/orders", data={**form, **forged})).status_code == 422


async def test_the_sign_in_page_carries_the_whole_address(browser: httpx.AsyncClient) -> None:
    """The query of the page to come back to is not taken for one of the sign-in page."""
    form = Page(await browser.get("/products/MUG-STONE-350")).forms["/orders"].filled({"card_token": "card-0002"})
    asked = await browser.post("/orders", data=form)
    assert parse_qs(urlsplit(asked.headers["location"]).query) == {
        "onward": ["/products/MUG-STONE-350?quantity=1&card_token=card-0002"]
    }
