"""Product pages with and without inventory."""

from pathlib import Path

import httpx

from services.gateway import schemas
from tests.support.gateway import INVENTORY, Switchable, code_of, gateway_app, products
from tests.support.inventory import Inventory, inventory_app, new_order
from tests.support.polling import poll_until_async
from tests.support.served import served


async def test_with_inventory_stock_is_confirmed(tmp_path: Path) -> None:
    """The page shows what inventory holds now, down to the last reservation."""
    inventory = inventory_app(tmp_path)
    async with served(inventory) as behind, served(gateway_app({INVENTORY: httpx.ASGITransport(inventory)})) as client:
        await Inventory(behind).reserve(new_order(), {"MUG": 4})
        page = schemas.Products.model_validate((await client.get("/products")).json())
        one = schemas.Product.model_validate((await client.get("/products/MUG")).json())
        unknown = await client.get("/products/UNICORN")

    assert {product.availability for product in page.products} == {"confirmed"}
    assert one in page.products
    assert one.available == 6
    assert (code_of(unknown), unknown.json()["sku"]) == ((404, "unknown-sku"), "UNICORN")


async def test_without_inventory_the_last_known_stock_is_marked_as_being_confirmed(tmp_path: Path) -> None:
    """Same products and figures, honestly old; confirmed again as soon as inventory is back."""
    inventory = inventory_app(tmp_path)
    line = Switchable(httpx.ASGITransport(inventory))
    app = gateway_app({INVENTORY: line}, inventory={"breaker_reset_s": 0.05})
    async with served(inventory), served(app) as client:
        fresh = (await client.get("/products")).json()["products"]
        line.is_cut = True
        stale = (await client.get("/products")).json()["products"]
        one = (await client.get("/products/MUG")).json()
        assert [product | {"availability": "confirmed"} for product in stale] == fresh
        assert {product["availability"] for product in stale} == {one["availability"]} == {"being-confirmed"}
        assert 'stale_answers_total{resource="products"} 2.0' in (await client.get("/metrics")).text
        line.is_cut = False

        async def confirmed() -> bool:
            return bool((await client.get("/products/MUG")).json()["availability"] == "confirmed")

        await poll_until_async(confirmed, "stock to be confirmed again")


async def test_an_inventory_that_never_answers_does_not_hold_pages_up(tmp_path: Path) -> None:
    """The copy is served within the time that product pages wait, and at once when the breaker has opened."""
    inventory = inventory_app(tmp_path)
    line = Switchable(httpx.ASGITransport(inventory))
    app = gateway_app(
        {INVENTORY: line},
        request_timeout_s=3600.0,
        products_timeout_s=0.2,
        inventory={"timeout_s": 3600.0, "attempts": 1, "breaker_failures": 2},
    )
    async with served(inventory), served(app) as client:
        await poll_until_async(lambda: _heard(client), "the first copy")
        line.is_silent = True
        pages = [(await client.get("/products")) for _ in range(4)]

    # Any other time that is set here is an hour.
    assert all(page.json()["products"][0]["availability"] == "being-confirmed" for page in pages)
    assert line.silences == 2


async def test_a_gateway_that_never_heard_of_products_says_so(tmp_path: Path) -> None:
    """Started during an outage it answers 503 and when to come back, and recovers without being asked."""
    inventory = inventory_app(tmp_path)
    line = Switchable(httpx.ASGITransport(inventory))
    line.is_cut = True
    app = gateway_app({INVENTORY: line}, products_interval_s=3600.0, inventory={"breaker_reset_s": 0.05})
    async with served(inventory), served(app) as client:
        listed, one = await client.get("/products"), await client.get("/products/MUG")
        assert code_of(listed) == code_of(one) == (503, "neighbour-unavailable")
        assert listed.headers["retry-after"] == one.headers["retry-after"] == "1"
        line.is_cut = False
        await poll_until_async(lambda: _heard(client), "the refresh in the background")
        line.is_cut = True
        assert (await client.get("/products/MUG")).json()["availability"] == "being-confirmed"


async def test_what_was_never_heard_of_is_not_denied() -> None:
    """Without inventory nobody knows whether a product is new: that is a 503, not a 404."""
    line = Switchable(httpx.MockTransport(lambda _: httpx.Response(200, json=products(("MUG", 3)))))
    async with served(gateway_app({INVENTORY: line}, products_timeout_s=0.1)) as client:
        await client.get("/products")
        line.is_silent = True
        answer = await client.get("/products/TEA")
    assert answer.status_code in {503, 504}
    assert answer.headers["retry-after"] == "1"


async def _heard(client: httpx.AsyncClient) -> bool:
    return 'periodic_runs_total{job="products.refresh",outcome="done"}' in (await client.get("/metrics")).text
