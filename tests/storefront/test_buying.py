"""Claims about buying: once, honestly, and with an answer for every outcome."""

import asyncio

import httpx
import pytest

from services.storefront.basket import Basket
from tests.support.html import Page
from tests.support.public_api import PublicApi

PRODUCT = "/products/GRINDER-HAND"


async def purchase_form(browser: httpx.AsyncClient, quantity: int = 1, card: str = "4242") -> dict[str, list[str]]:
    """Open the product's page and fill in its form."""
    filled = {"card_token": f"card-{card}", "quantity": str(quantity)}
    return Page(await browser.get(PRODUCT)).forms["/orders"].filled(filled)


async def test_buying_leads_to_the_order(ada: httpx.AsyncClient, api: PublicApi) -> None:
    """The order's page shows lines, discount, total and state."""
    answer = await ada.post("/orders", data=await purchase_form(ada, quantity=2))
    assert answer.status_code == 303
    (order_id,) = api.orders
    assert answer.headers["location"] == f"/orders/{order_id}"
    page = Page(await ada.get(answer.headers["location"]))
    assert "Confirmed" in page.text
    assert "Hand coffee grinder 2 €79.90 €159.80 Discount −€7.99 Total, tax included €151.81" in page.text
    assert api.orders[order_id]["customer_id"] == "ada"


async def test_a_double_click_buys_once(ada: httpx.AsyncClient, api: PublicApi) -> None:
    """The form sent twice at the same moment is one order, and both clicks lead to it."""
    form = await purchase_form(ada)
    answers = await asyncio.gather(ada.post("/orders", data=form), ada.post("/orders", data=form))
    assert len(api.orders) == 1
    assert {answer.headers["location"] for answer in answers} == {f"/orders/{next(iter(api.orders))}"}


async def test_a_click_that_comes_while_the_order_is_being_placed_waits_for_it(
    ada: httpx.AsyncClient, api: PublicApi
) -> None:
    """The platform says that the order is in progress; the shop asks again with the same key."""
    api.busy_for = 2
    answer = await ada.post("/orders", data=await purchase_form(ada))
    assert answer.status_code == 303
    assert len(api.keys) == 3
    assert len(set(api.keys)) == 1


async def test_a_form_that_was_sent_and_then_changed_does_not_buy_again(ada: httpx.AsyncClient, api: PublicApi) -> None:
    """Going back and changing the quantity is told from a second purchase."""
    form = await purchase_form(ada)
    await ada.post("/orders", data=form)
    answer = await ada.post("/orders", data={**form, "quantity": ["5"]})
    assert answer.status_code == 422
    assert "You have sent this form before" in Page(answer).text
    assert len(api.orders) == 1


async def test_a_declined_card_is_told_in_words(ada: httpx.AsyncClient, api: PublicApi) -> None:
    """402, nothing ordered, a way on."""
    answer = await ada.post("/orders", data=await purchase_form(ada, card="0002"))
    assert answer.status_code == 402
    assert "Your card was declined" in Page(answer).text
    assert not api.orders


async def test_an_empty_shelf_is_told_with_numbers(ada: httpx.AsyncClient, api: PublicApi) -> None:
    """409, which product, how many were wanted and how many there are."""
    form = await purchase_form(ada, quantity=9)
    api.available = 4
    answer = await ada.post("/orders", data=form)
    assert answer.status_code == 409
    assert "GRINDER-HAND : you wanted 9, we have 4" in Page(answer).text


async def test_an_unclear_purchase_can_be_sent_again_safely(ada: httpx.AsyncClient, api: PublicApi) -> None:
    """No answer came: the page says so and offers the same form with the same key; sending it buys nothing new."""
    api.lose_answers = True
    answer = await ada.post("/orders", data=await purchase_form(ada, quantity=3))
    page = Page(answer)
    assert answer.status_code == 503
    assert page.headings == ["We are not sure that your order went through"]
    assert answer.headers["x-request-id"] in page.text
    api.lose_answers = False
    again = await ada.post("/orders", data=page.forms["/orders"].filled())
    assert again.headers["location"] == f"/orders/{next(iter(api.orders))}"
    assert len(api.orders) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"quantity": "0"}, {"quantity": "100"}, {"quantity": "x"}, {"card_token": "4242424242424242"}, {"sku": "?"}],
)
async def test_a_form_that_makes_no_sense_is_refused(
    ada: httpx.AsyncClient, api: PublicApi, wrong: dict[str, str]
) -> None:
    """422 with a page; the platform is not asked."""
    answer = await ada.post("/orders", data={**await purchase_form(ada), **wrong})
    assert answer.status_code == 422
    assert "Something in the form is not right" in Page(answer).text
    assert not api.keys


async def test_the_basket_buys_everything_at_once(ada: httpx.AsyncClient, api: PublicApi) -> None:
    """Pick two products, change a quantity, check out: one order, and the basket is empty again."""
    pick = {"quantity": "1", "card_token": "card-4242", "idempotency_key": "x"}
    for sku in ("TEA-EARL-100", "MUG-STONE-350", "TEA-EARL-100"):
        assert (await ada.post("/basket/lines", data={**pick, "sku": sku})).headers["location"] == "/basket"
    page = Page(await ada.get("/basket"))
    assert "Sum, tax included €32.70" in page.text
    assert page.forms["/basket"].filled()["quantity"] == ["2", "1"]
    await ada.post("/basket", data={"sku": ["TEA-EARL-100", "MUG-STONE-350"], "quantity": ["5", "0"]})
    page = Page(await ada.get("/basket"))
    assert "Sum, tax included €44.50" in page.text
    assert page.unlabelled == []
    await ada.post("/orders", data=page.forms["/orders"].filled({"card_token": "card-4242"}))
    (order,) = api.orders.values()
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("TEA-EARL-100", 5)]
    assert "Your basket is empty" in Page(await ada.get("/basket")).text


def test_a_basket_survives_its_cookie_and_whatever_else_is_in_it() -> None:
    """Written and read again it is the same; nonsense is left out, quantities and lines are capped."""
    basket = Basket.of([("TEA-1", 2), ("MUG-2", 99), ("TEA-1", 3), ("CUP-3", 0)])
    assert Basket.read(basket.cookie()) == basket
    assert dict(basket.units) == {"TEA-1": 5, "MUG-2": 99}
    assert dict(Basket.read("TEA-1.200_x_<b>.1_TEA-1.4_TEA-1.0").units) == {"TEA-1": 4}
    assert len(Basket.of((f"SKU-{number}", 1) for number in range(50)).units) == 20
    assert Basket.read("").cookie() == ""
