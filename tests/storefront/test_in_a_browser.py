"""A visit with a real browser: everything works by clicking, on a phone's screen too, without a line of script."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright

from services.storefront.app import create_app
from services.storefront.settings import Settings
from tests.support.listening import listening
from tests.support.public_api import PublicApi

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ANSWERED_BY_A_PAGE = "the server responded with a status of 4"
WIDTHS = {"phone": 360, "desktop": 1280}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on the PATH")


@pytest.fixture
def api() -> PublicApi:
    """The platform."""
    return PublicApi()


@pytest.fixture(params=sorted(WIDTHS))
async def window(api: PublicApi, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A window on the shop in which scripts are switched off; what the browser complains about fails the test."""
    complaints: list[str] = []
    async with (
        listening(api.app()) as platform,
        listening(create_app(Settings(platform_url=platform))) as shop,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        size = {"width": WIDTHS[request.param], "height": 800}
        page = await browser.new_page(base_url=shop, viewport=size, java_script_enabled=False)  # type: ignore[arg-type]
        page.on("console", lambda message: complaints.append(message.text))
        yield page
        await browser.close()
    assert [complaint for complaint in complaints if ANSWERED_BY_A_PAGE not in complaint] == []


async def fits(window: Page) -> bool:
    """Return whether nothing sticks out of the window sideways."""
    needed: int = await window.evaluate("document.documentElement.scrollWidth")
    assert window.viewport_size
    return needed <= window.viewport_size["width"]


async def test_a_visit_from_the_catalogue_to_the_cancelled_order(window: Page, api: PublicApi) -> None:
    """Browse, sign in on the way, pick, buy, look at order and invoice, cancel, sign out."""
    await window.goto("/")
    await window.get_by_role("link", name="Hand coffee grinder").click()
    await window.get_by_role("button", name="Put into the basket").click()
    await window.get_by_role("link", name="Sign in").click()
    await window.get_by_role("button", name="Grace").click()
    await window.get_by_role("link", name="Basket 1").click()
    assert await fits(window)
    await window.get_by_label("Quantity of Hand coffee grinder").fill("2")
    await window.get_by_role("button", name="Change quantities").click()
    await window.get_by_role("button", name="Buy for €159.80").click()
    await window.get_by_role("heading", name="Order").wait_for()
    assert await fits(window)
    assert "€151.81" in await window.inner_text("main")
    await window.get_by_role("link", name="Invoices").click()
    await window.get_by_text("Invoice 2026-000001").click()
    assert await window.get_by_role("cell", name="€141.88").is_visible()
    await window.get_by_role("link", name="The order").click()
    await window.get_by_role("button", name="Cancel this order").click()
    assert "Cancelled" in await window.inner_text("main")
    await window.get_by_role("button", name="Sign out").click()
    assert [order["status"] for order in api.orders.values()] == ["cancelled"]


async def test_an_impatient_double_click_buys_once(window: Page, api: PublicApi) -> None:
    """Two clicks in a row on the button: one order, and its page in the end."""
    await window.goto("/sign-in")
    await window.get_by_role("button", name="Ada").click()
    await window.goto("/products/MUG-STONE-350")
    await window.get_by_role("button", name="Buy now").dblclick()
    await window.get_by_role("heading", name="Order").wait_for()
    assert len(api.orders) == 1


async def test_who_buys_before_signing_in_is_one_click_from_the_purchase_afterwards(
    window: Page, api: PublicApi
) -> None:
    """Signed out: choose, buy, sign in; the product again, as it was filled in; nothing is bought before the click."""
    await window.goto("/products/GRINDER-HAND")
    await window.get_by_label("Quantity").fill("3")
    await window.get_by_label("Pay with").select_option(label="Card ending in 4444")
    await window.get_by_role("button", name="Sign in and buy").click()
    await window.get_by_role("button", name="Ada").click()
    assert "/products/GRINDER-HAND?" in window.url
    assert await window.get_by_role("status").inner_text() == "You are signed in now; one more click buys it."
    assert await window.get_by_label("Quantity").input_value() == "3"
    assert await window.get_by_label("Pay with").input_value() == "card-4444"
    assert await fits(window)
    assert not api.orders
    await window.get_by_role("button", name="Buy now").click()
    await window.get_by_role("heading", name="Order").wait_for()
    assert [[line["quantity"] for line in order["lines"]] for order in api.orders.values()] == [[3]]


async def test_a_declined_card_leaves_the_customer_informed(window: Page, api: PublicApi) -> None:
    """Choose the card that the bank declines: an alert, nothing ordered, a way back."""
    await window.goto("/sign-in")
    await window.get_by_label("Or somebody else").fill("night-nurse-7")
    await window.get_by_role("button", name="Sign in").click()
    await window.goto("/products/MUG-STONE-350")
    await window.get_by_label("Pay with").select_option(label="Card ending in 0002 (the bank declines it)")
    await window.get_by_role("button", name="Buy now").click()
    assert await window.get_by_role("alert").get_by_role("heading").inner_text() == "Your card was declined"
    await window.get_by_role("link", name="To the catalogue").click()
    assert not api.orders


async def test_every_page_is_reachable_by_keyboard_and_fits_the_screen(window: Page) -> None:
    """The first Tab offers to skip the navigation; no page is wider than the window."""
    for path in ("/", "/products/TEA-EARL-100", "/basket", "/sign-in", "/status", "/nothing"):
        await window.goto(path)
        assert await fits(window), path
    await window.keyboard.press("Tab")
    await window.keyboard.press("Enter")
    await window.wait_for_url("**/nothing#main", wait_until="commit")
