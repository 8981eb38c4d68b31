"""HTTP in, HTML out."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from starlette.responses import Response

from services.storefront import schemas
from services.storefront.basket import Basket
from services.storefront.domain import CUSTOMERS
from services.storefront.errors import Purchase, SignInFirst
from services.storefront.operations import Shop
from services.storefront.pages import (
    BASKET_COOKIE,
    CUSTOMER_COOKIE,
    Pages,
    basket_of,
    customer_of,
    redirect,
    remember,
)

router = APIRouter(default_response_class=Response)


async def operations(request: Request) -> Shop:
    """Return what this service can be asked to do."""
    shop: Shop = request.app.state.operations
    return shop


async def templates(request: Request) -> Pages:
    """Return the maker of pages."""
    pages: Pages = request.app.state.pages
    return pages


def customer_or_sign_in(request: Request, onward: str) -> str:
    """Return who is signed in; raise `SignInFirst` when nobody is."""
    customer = customer_of(request)
    if customer is None:
        raise SignInFirst(onward)
    return customer


async def signed_in(request: Request) -> str:
    """Return who is signed in; else ask, and go on with this page, or the one whose form was sent."""
    return customer_or_sign_in(request, request.url.path.removesuffix("/cancel"))


Operations = Annotated[Shop, Depends(operations)]
Templates = Annotated[Pages, Depends(templates)]
Customer = Annotated[str, Depends(signed_in)]
Sku = Annotated[schemas.Sku, Path()]
OrderId = Annotated[schemas.OrderId, Path()]
Chosen = Annotated[schemas.Chosen, Query()]
Before = Annotated[str | None, Query(pattern=r"^[\x21-\x7e]{1,80}$")]


@router.get("/", summary="The catalogue")
async def catalogue(request: Request, shop: Operations, pages: Templates) -> Response:
    """Everything on sale."""
    return pages.page(request, "catalogue.html", products=await shop.catalogue())


@router.get("/products/{sku}", summary="A product, with a form to buy it")
async def product(request: Request, sku: Sku, chosen: Chosen, shop: Operations, pages: Templates) -> Response:
    """The form holds a new key, so that it buys once however often it is sent."""
    return pages.page(request, "product.html", product=await shop.product(sku), chosen=chosen, key=uuid4().hex)


@router.get("/basket", summary="The basket, with a form to buy it")
async def basket(request: Request, chosen: Chosen, shop: Operations, pages: Templates) -> Response:
    """As the product's page, for several products."""
    picked = await shop.unpacked(basket_of(request))
    total = sum(line.total_cents for line in picked)
    return pages.page(request, "basket.html", picked=picked, total_cents=total, chosen=chosen, key=uuid4().hex)


@router.post("/basket/lines", summary="Put products into the basket")
async def pick(request: Request, form: Annotated[schemas.PickForm, Form()]) -> Response:
    """Add to what is there."""
    fuller = basket_of(request).with_more(form.sku, form.quantity)
    return remember(redirect("/basket"), BASKET_COOKIE, fuller.cookie())


@router.post("/basket", summary="Change the quantities in the basket")
async def change_basket(form: Annotated[schemas.LinesForm, Form()]) -> Response:
    """Replace what is there."""
    return remember(redirect("/basket"), BASKET_COOKIE, Basket.of(form.lines()).cookie())


@router.post("/orders", summary="Buy")
async def buy(request: Request, form: Annotated[schemas.PurchaseForm, Form()], shop: Operations) -> Response:
    """Send the browser on to the order."""
    customer = customer_or_sign_in(request, form.onward())
    order = await shop.buy(Purchase(customer, form.lines(), form.card_token, form.idempotency_key))
    left = basket_of(request).without(form.sku)
    return remember(redirect(f"/orders/{order.order_id}"), BASKET_COOKIE, left.cookie())


@router.get("/orders", summary="The customer's orders")
async def orders(
    request: Request, customer: Customer, shop: Operations, pages: Templates, before: Before = None
) -> Response:
    """Latest first, a page at a time."""
    listed = await shop.orders(customer, before)
    return pages.page(request, "orders.html", orders=listed.orders, older=listed.next_before)


@router.get("/orders/{order_id}", summary="An order")
async def order(
    request: Request, order_id: OrderId, customer: Customer, shop: Operations, pages: Templates
) -> Response:
    """As it stands now."""
    return pages.page(request, "order.html", order=await shop.order(customer, order_id))


@router.post("/orders/{order_id}/cancel", summary="Cancel an order")
async def cancel(order_id: OrderId, customer: Customer, shop: Operations) -> Response:
    """Send the browser back to the order."""
    await shop.cancel(customer, order_id)
    return redirect(f"/orders/{order_id}")


@router.get("/invoices", summary="The customer's invoices")
async def invoices(request: Request, customer: Customer, shop: Operations, pages: Templates) -> Response:
    """Latest first."""
    return pages.page(request, "invoices.html", invoices=await shop.invoices(customer))


@router.get("/sign-in", summary="Choose who to be")
async def sign_in_page(
    request: Request, pages: Templates, onward: Annotated[str, Query(max_length=200)] = "/"
) -> Response:
    """A demo shop: a name is enough."""
    return pages.page(request, "sign_in.html", customers=CUSTOMERS, onward=onward)


@router.post("/sign-in", summary="Be somebody")
async def sign_in(form: Annotated[schemas.SignInForm, Form()]) -> Response:
    """Remember who it is and go on."""
    return remember(redirect(form.onward), CUSTOMER_COOKIE, form.customer_id)


@router.post("/sign-out", summary="Be nobody")
async def sign_out() -> Response:
    """Forget who it was."""
    return remember(redirect("/"), CUSTOMER_COOKIE, "")


@router.get("/status", summary="How the shop is")
async def status(request: Request, shop: Operations, pages: Templates) -> Response:
    """In a customer's words, whatever happens behind."""
    return pages.page(request, "status.html", condition=await shop.condition())


@router.get("/static/shop.css", summary="The style sheet", include_in_schema=False)
async def style_sheet(pages: Templates) -> Response:
    """Its address holds a digest, so browsers may keep it."""
    return Response(pages.css, media_type="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"})
