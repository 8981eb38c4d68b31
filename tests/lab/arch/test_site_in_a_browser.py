"""The site in a real browser, as a file and from a server: it is clicked through, searched, copied from."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright
from starlette.staticfiles import StaticFiles

from advisor.calm.reading import load
from lab.arch.site.building import files
from lab.arch.site.folder import write
from tests.support.listening import listening

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CONTRAST = """() => {
  const ink = document.createElement("canvas").getContext("2d");
  const light = (colour) => {
    ink.fillStyle = colour;
    const parts = ink.fillStyle.match(/[0-9a-f]{2}/g).map((one) => parseInt(one, 16) / 255);
    const [r, g, b] = parts.map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const styles = getComputedStyle(document.documentElement);
  const pairs = [["ink", "paper"], ["ink", "sheet"], ["soft", "paper"], ["soft", "sheet"], ["accent", "paper"],
    ["accent", "sheet"], ["good", "good-back"], ["waiting", "waiting-back"], ["bad", "bad-back"],
    ["on-accent", "accent"], ["night-ink", "night"], ["soft", "plain-back"], ["soft", "code"]];
  return pairs.map((names) => {
    const [one, other] = names.map((name) => light(styles.getPropertyValue(`--${name}`).trim())).sort((a, b) => b - a);
    return [names.join(" on "), (one + 0.05) / (other + 0.05)];
  });
}"""

MIDDLE = """(line) => {
  line.scrollIntoView({block: "center", inline: "center"});
  const at = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform(line.getScreenCTM());
  return [at.x, at.y];
}"""
WINDOWS = ["file, narrow, dark", "server, wide, light"]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on the PATH")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our site, written."""
    found = tmp_path_factory.mktemp("site")
    write(found, files(load()))
    return found


@pytest.fixture(params=WINDOWS)
async def window(folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A window on the overview; what the browser complains about, or asks of anybody else, fails the test."""
    complaints: list[str] = []
    narrow = "narrow" in request.param
    async with listening(StaticFiles(directory=folder)) as server, async_playwright() as playwright:
        at = server if "server" in request.param else folder.as_uri()
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(
            viewport={"width": 360 if narrow else 1280, "height": 800},
            color_scheme="dark" if narrow else "light",
        )
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda asked: complaints.append(asked.url))
        page.on("request", lambda asked: None if asked.url.startswith((at, "data:")) else complaints.append(asked.url))
        await page.goto(f"{at}/index.html")
        yield page
        await browser.close()
    assert complaints == []


async def fits(window: Page) -> bool:
    """Return whether nothing sticks out of the window sideways."""
    needed: int = await window.evaluate("document.documentElement.scrollWidth")
    assert window.viewport_size
    return needed <= window.viewport_size["width"]


async def test_a_visit_from_the_graph_to_the_runbook(window: Page) -> None:
    """Click a node in the graph, follow a dependency, then its relationship, a flow, its guide."""
    await window.locator(".picture a", has_text="load-balancer").click()
    await window.get_by_role("heading", name="Load Balancer", level=1).wait_for()
    assert await fits(window)
    await window.get_by_role("region", name="Whom it calls").get_by_role("link", name="api-gateway-2").first.click()
    await window.get_by_role("heading", name="API Gateway 2", level=1).wait_for()
    line = window.locator('.way[data-way="api-gateway-2-to-order-service"] .hit')
    await window.mouse.click(*await line.evaluate(MIDDLE))
    await window.get_by_role("heading", name="api-gateway-2-to-order-service").wait_for()
    assert await fits(window)
    await window.get_by_role("region", name="In flows").get_by_role("link", name="Refund").click()
    await window.get_by_text("The money follows within a day.").first.wait_for()
    assert await fits(window)
    await window.get_by_role("link", name="Refund", exact=True).click()
    await window.get_by_role("heading", name="What customers are told").wait_for()
    assert "/documents/docs-ops-flows-refund-flow.html" in window.url
    assert await fits(window)


@pytest.mark.parametrize("window", WINDOWS[:1], indirect=True)
async def test_the_search_finds_while_one_types(window: Page) -> None:
    """The key / leads to it, arrows into the results, Enter opens; what is not there is said."""
    await window.keyboard.press("/")
    await window.keyboard.type("xyzzy")
    assert await window.locator(".hits").inner_text() == "Nothing is found."
    await window.keyboard.press("ControlOrMeta+a")
    await window.keyboard.type("pool exhausted")
    first = window.locator(".hits a").first
    assert (await first.inner_text()).startswith("Order Service")
    assert await window.locator(".hits mark").first.inner_text() == "Pool"
    assert await fits(window)
    await window.keyboard.press("ArrowDown")
    await window.keyboard.press("Enter")
    await window.get_by_role("heading", name="HTTP 503 errors").wait_for()
    assert "/nodes/order-service.html" in window.url


@pytest.mark.parametrize("window", WINDOWS[1:], indirect=True)
async def test_commands_are_copied_and_steps_show_their_line(window: Page) -> None:
    """With a button that says so; where there is no clipboard, the text is selected."""
    base = window.url.removesuffix("index.html")
    await window.goto(f"{base}nodes/order-service.html")
    copy = window.get_by_role("button", name="Copy: lab ops set order pool_size=10").first
    await copy.click()
    await window.get_by_text("Copied").or_(window.get_by_text("Selected")).first.wait_for()
    await window.goto(f"{base}documents/docs-ops-runbooks-order-service.html")
    assert await window.get_by_role("button", name="Copy: lab logs order").is_visible()
    await window.goto(f"{base}flows/order-processing-flow.html")
    await window.locator(".steps > li").nth(9).hover()
    assert await window.locator(".way.shown").get_attribute("data-way") == "order-service-to-payment-service"


async def test_every_kind_of_page_fits_the_screen_and_can_be_read(window: Page) -> None:
    """No page is wider than the window; every colour of text stands out from its ground by 4.5 to 1 and more."""
    base = window.url.removesuffix("index.html")
    links = await window.locator("nav a").all()
    addresses = [str(await link.get_attribute("href")) for link in links]
    assert len(addresses) == 8
    for path in (
        *addresses,
        "documents/docs-decisions-0006-checkout.html",
        "nodes/order-database-primary.html",
    ):
        await window.goto(f"{base}{path}")
        assert await fits(window), path
    told = await window.evaluate(CONTRAST)
    assert [one for one in told if one[1] < 4.5] == []


@pytest.mark.parametrize("window", WINDOWS[1:], indirect=True)
async def test_it_is_used_with_the_keyboard_alone(window: Page) -> None:
    """The first Tab offers to skip the navigation; from there on, boxes of the picture are in the way of Tab."""
    await window.keyboard.press("Tab")
    await window.keyboard.press("Enter")
    await window.wait_for_url("**#site:main")
    for _ in range(3):
        await window.keyboard.press("Tab")
    assert await window.evaluate("document.activeElement.closest('.picture') !== null")
    await window.keyboard.press("Enter")
    await window.wait_for_url("**/nodes/*.html")
