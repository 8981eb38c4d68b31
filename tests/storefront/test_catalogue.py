"""Claims about browsing."""

import httpx
import pytest

from services.storefront.domain import euros
from tests.support.html import Page
from tests.support.public_api import PublicApi


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "€0.00"), (5, "€0.05"), (890, "€8.90"), (123_456_789_01, "€123,456,789.01"), (-581, "−€5.81")],
)
def test_money_is_shown_to_the_cent(cents: int, text: str) -> None:
    """No amount is rounded, whatever its size."""
    assert euros(cents) == text


async def test_the_catalogue_shows_everything_on_sale(browser: httpx.AsyncClient) -> None:
    """Names, prices, stock, and a link to every product; text of the platform is text, not markup."""
    answer = await browser.get("/")
    page = Page(answer)
    assert answer.status_code == 200
    assert "Earl Grey, 100 g For long nights. €8.90 In stock" in page.text
    assert "Gooseneck kettle <0.9 l>" in page.text
    assert "/products/TEA-EARL-100" in page.links
    assert page.headings == ["For long nights and early mornings"]


async def test_a_product_has_a_page_with_a_form_to_buy_it(browser: httpx.AsyncClient) -> None:
    """The form is complete, labelled, and has another key every time."""
    page = Page(await browser.get("/products/GRINDER-HAND"))
    form = page.forms["/orders"].filled()
    assert "€79.90 In stock 7 % tax included" in page.text
    assert (form["sku"], form["quantity"]) == (["GRINDER-HAND"], ["1"])
    assert page.unlabelled == []
    again = Page(await browser.get("/products/GRINDER-HAND")).forms["/orders"].filled()
    assert form["idempotency_key"] != again["idempotency_key"]


async def test_stock_that_cannot_be_read_is_marked(browser: httpx.AsyncClient, api: PublicApi) -> None:
    """What is being confirmed says so, in the list and on the product's page, and can be ordered all the same."""
    api.confirmed, api.available = False, 0
    assert "Stock being confirmed" in Page(await browser.get("/")).text
    product = Page(await browser.get("/products/TEA-EARL-100"))
    assert "last known: 0" in product.text
    assert "/orders" in product.forms


async def test_what_is_sold_out_or_nearly_so_says_so(browser: httpx.AsyncClient, api: PublicApi) -> None:
    """An empty shelf has no form to buy from; a nearly empty one tells how much is left."""
    api.available = 3
    assert "Only 3 left" in Page(await browser.get("/")).text
    api.available = 0
    product = Page(await browser.get("/products/TEA-EARL-100"))
    assert "Sold out" in product.text
    assert "/orders" not in product.forms


async def test_unknown_addresses_get_a_page(browser: httpx.AsyncClient) -> None:
    """No such product, no such page, no such form: 404 with a way back."""
    for path in ("/products/NO-SUCH", "/products/bad%20sku", "/nothing", "/orders/xyz"):
        answer = await browser.get(path, headers={"Cookie": "customer=ada"})
        assert answer.status_code == 404, path
        assert "To the catalogue" in Page(answer).text


async def test_pages_bring_no_code_and_their_style_sheet_is_kept(browser: httpx.AsyncClient) -> None:
    """The policy forbids scripts; the style sheet's address changes with its content."""
    answer = await browser.get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    (address,) = (part for part in answer.text.split('"') if part.startswith("/static/"))
    sheet = await browser.get(address)
    assert sheet.headers["content-type"].startswith("text/css")
    assert "immutable" in sheet.headers["cache-control"]
