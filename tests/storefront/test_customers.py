"""Claims about what belongs to a customer: signing in, orders, invoices."""

import httpx
import pytest

from services.storefront.domain import STATES
from tests.support.html import Page
from tests.support.public_api import PublicApi


async def bought(browser: httpx.AsyncClient, quantity: int = 1) -> str:
    """Buy something; return the order's address."""
    form = Page(await browser.get("/products/TEA-EARL-100")).forms["/orders"]
    answer = await browser.post("/orders", data=form.filled({"card_token": "card-4242", "quantity": str(quantity)}))
    return answer.headers["location"]


@pytest.mark.parametrize("path", ["/orders", "/invoices", f"/orders/{'0' * 32}"])
async def test_nobodys_orders_ask_who_it_is_and_go_on(browser: httpx.AsyncClient, path: str) -> None:
    """Not signed in: choose a name first, and then see what was asked for."""
    answer = await browser.get(path)
    assert answer.status_code == 303
    page = Page(await browser.get(answer.headers["location"]))
    assert "Ada" in page.text
    form = page.forms["/sign-in"].filled({"customer_id": "ada"})
    assert form["onward"] == [path]
    assert (await browser.post("/sign-in", data=form)).headers["location"] == path


@pytest.mark.parametrize(
    "onward",
    [
        "https://example.org/",
        "//example.org",
        "/\\example.org",
        "/\t/example.org",
        "/\n/example.org",
        "javascript:alert(1)",
        "",
    ],
)
async def test_signing_in_never_leads_out_of_the_shop(browser: httpx.AsyncClient, onward: str) -> None:
    """An address elsewhere becomes the catalogue."""
    answer = await browser.post("/sign-in", data={"customer_id": "ada", "onward": onward})
    assert answer.headers["location"] == "/"


async def test_who_cancels_signed_out_comes_back_to_the_order(ada: httpx.AsyncClient) -> None:
    """The order's page again, with the order as it was."""
    path = await bought(ada)
    await ada.post("/sign-out")
    answer = await ada.post(f"{path}/cancel")
    page = Page(await ada.get(answer.headers["location"]))
    answer = await ada.post("/sign-in", data=page.forms["/sign-in"].filled({"customer_id": "ada"}))
    assert answer.headers["location"] == path
    assert "Confirmed" in Page(await ada.get(path)).text


async def test_signing_out_forgets_the_customer(ada: httpx.AsyncClient) -> None:
    """Before: hello, Ada. After: sign in."""
    assert "Hello, Ada" in Page(await ada.get("/")).text
    await ada.post("/sign-out")
    assert "Sign in" in Page(await ada.get("/")).text


@pytest.mark.parametrize("customer", ["Ada", "a b", "", "x" * 41, "<b>"])
async def test_a_name_that_is_none_is_refused(browser: httpx.AsyncClient, customer: str) -> None:
    """422, and nobody is signed in; a cookie with such a name counts for nothing."""
    answer = await browser.post("/sign-in", data={"customer_id": customer})
    assert answer.status_code == 422
    browser.cookies.set("customer", customer)
    assert "Sign in" in Page(await browser.get("/")).text


@pytest.mark.parametrize("status", sorted(STATES))
async def test_every_state_of_an_order_is_explained(ada: httpx.AsyncClient, api: PublicApi, status: str) -> None:
    """The order's page has a title and a sentence for each state that the platform knows."""
    path = await bought(ada)
    next(iter(api.orders.values()))["status"] = status
    page = Page(await ada.get(path))
    assert STATES[status].title in page.text
    assert STATES[status].text in page.text
    can_cancel = status in {"confirmed", "payment_pending", "fulfilled"}
    assert (f"{path}/cancel" in page.forms) == can_cancel


async def test_an_order_that_needs_review_says_so_until_it_is_settled(ada: httpx.AsyncClient, api: PublicApi) -> None:
    """Taken while stock could not be read: the customer is told that it is checked, and later no longer."""
    api.confirmed = False
    path = await bought(ada)
    assert "Needs review" in Page(await ada.get(path)).text
    next(iter(api.orders.values()))["status"] = "fulfilled"
    assert "Needs review" not in Page(await ada.get(path)).text


async def test_an_order_can_be_cancelled(ada: httpx.AsyncClient) -> None:
    """One click, back to the order, which is cancelled."""
    path = await bought(ada)
    answer = await ada.post(f"{path}/cancel")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "Cancelled" in Page(await ada.get(path)).text


async def test_what_cannot_be_cancelled_is_explained(ada: httpx.AsyncClient, api: PublicApi) -> None:
    """A click that comes too late gets the reason and a way on."""
    path = await bought(ada)
    next(iter(api.orders.values()))["status"] = "declined"
    answer = await ada.post(f"{path}/cancel")
    assert answer.status_code == 409
    assert "This order cannot be cancelled" in Page(answer).text


async def test_other_peoples_orders_are_not_shown_and_not_cancelled(ada: httpx.AsyncClient, api: PublicApi) -> None:
    """For Grace, Ada's order does not exist."""
    path = await bought(ada)
    await ada.post("/sign-in", data={"customer_id": "grace"})
    assert (await ada.get(path)).status_code == 404
    assert (await ada.post(f"{path}/cancel")).status_code == 404
    assert next(iter(api.orders.values()))["status"] == "confirmed"


async def test_the_list_of_orders_goes_back_page_by_page(ada: httpx.AsyncClient) -> None:
    """Twenty on a page, a link to older ones, none on the last."""
    for _ in range(23):
        await bought(ada)
    first = Page(await ada.get("/orders"))
    (older,) = (link for link in first.links if "before" in link)
    last = Page(await ada.get(older))
    pages = [{link for link in page.links if link.startswith("/orders/")} for page in (first, last)]
    assert [len(page) for page in pages] == [20, 3]
    assert not pages[0] & pages[1]
    assert not any("before" in link for link in last.links)


async def test_invoices_show_net_tax_and_total(ada: httpx.AsyncClient, api: PublicApi) -> None:
    """Each with its number and lines; a credited one says so."""
    await bought(ada, quantity=2)
    page = Page(await ada.get("/invoices"))
    assert "Invoice 2026-000001" in page.text
    assert "Net €16.64 Tax €1.16 Total €17.80" in page.text
    next(iter(api.orders.values()))["status"] = "cancelled"
    assert "Credited" in Page(await ada.get("/invoices")).text
