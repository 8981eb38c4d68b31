"""What a customer can ask of the shop."""

import asyncio
from dataclasses import dataclass

from services.chassis import deadline
from services.chassis.errors import (
    Busy,
    DeadlineExceeded,
    NeighbourRefused,
    NeighbourUnavailable,
    ServiceError,
)
from services.storefront.basket import Basket
from services.storefront.clients import Platform
from services.storefront.errors import NoPage, Purchase, PurchaseUnclear
from services.storefront.schemas import Invoice, Order, Orders, Product

PAGE_SIZE = 20
ASK_AGAIN_S = 0.25
UNREACHABLE = (NeighbourUnavailable, Busy, DeadlineExceeded)


@dataclass(frozen=True, slots=True)
class Picked:
    """A line of the basket."""

    product: Product
    units: int

    @property
    def total_cents(self) -> int:
        """Price of the line, cents."""
        return self.product.price_cents * self.units


@dataclass(frozen=True, slots=True)
class Condition:
    """How the shop is, as a customer would see it."""

    open: bool
    """Whether the platform says that it can take orders."""
    products: int
    """Products in the catalogue, 0 when it cannot be read."""
    confirmed: bool
    """Whether their stock is known."""


class Shop:
    """The shop. Raises the `Neighbour…` errors, `Busy` and `DeadlineExceeded` of the chassis, and its own errors."""

    def __init__(self, platform: Platform, page_timeout_s: float) -> None:
        self._platform = platform
        self._page_timeout_s = page_timeout_s

    def answer_within(self, timeout_s: float) -> None:
        """Give each request that much time from now on."""
        self._page_timeout_s = timeout_s

    async def catalogue(self) -> list[Product]:
        """Return everything on sale."""
        with deadline.within(self._page_timeout_s):
            return await self._platform.products()

    async def product(self, sku: str) -> Product:
        """Return one product."""
        with deadline.within(self._page_timeout_s):
            return await self._platform.product(sku)

    async def unpacked(self, basket: Basket) -> list[Picked]:
        """Return the basket's lines with today's prices; what is no longer sold is left out."""
        if not basket.units:
            return []
        products = {product.sku: product for product in await self.catalogue()}
        return [Picked(products[sku], units) for sku, units in basket.units.items() if sku in products]

    async def buy(self, purchase: Purchase) -> Order:
        """Place an order once, however often the same purchase is sent.

        A purchase that is being placed already – a second click – is waited for. Raises `PurchaseUnclear` when no
        usable answer came in time.
        """
        try:
            with deadline.within(self._page_timeout_s):
                return await self._placed(purchase)
        except UNREACHABLE as error:
            raise PurchaseUnclear(purchase) from error

    async def order(self, customer_id: str, order_id: str) -> Order:
        """Return an order of this customer; raise `NoPage` for somebody else's."""
        with deadline.within(self._page_timeout_s):
            order = await self._platform.order(order_id)
        if order.customer_id != customer_id:
            raise NoPage("There is no such order, or it belongs to somebody else.")
        return order

    async def cancel(self, customer_id: str, order_id: str) -> Order:
        """Cancel an order of this customer."""
        with deadline.within(self._page_timeout_s):
            await self.order(customer_id, order_id)
            return await self._platform.cancel(order_id)

    async def orders(self, customer_id: str, before: str | None) -> Orders:
        """Return a page of a customer's orders, latest first."""
        with deadline.within(self._page_timeout_s):
            return await self._platform.orders(customer_id, PAGE_SIZE, before)

    async def invoices(self, customer_id: str) -> list[Invoice]:
        """Return a customer's latest invoices."""
        with deadline.within(self._page_timeout_s):
            return (await self._platform.invoices(customer_id, PAGE_SIZE)).invoices

    async def condition(self) -> Condition:
        """Return how the shop is; this always has an answer."""
        with deadline.within(self._page_timeout_s):
            ready, products = await asyncio.gather(
                self._platform.ready(), self._platform.products(), return_exceptions=True
            )
        for failure in (ready, products):
            if isinstance(failure, BaseException) and not isinstance(failure, ServiceError):
                raise failure
        if isinstance(products, BaseException):
            return Condition(open=False, products=0, confirmed=False)
        return Condition(
            open=ready is None, products=len(products), confirmed=all(product.confirmed for product in products)
        )

    async def _placed(self, purchase: Purchase) -> Order:
        while True:
            try:
                return await self._platform.place(
                    purchase.customer_id, purchase.lines, purchase.card_token, purchase.key
                )
            except NeighbourRefused as refusal:
                left_s = deadline.remaining_s() or 0
                if refusal.peer_code != "order-in-progress" or left_s < 2 * ASK_AGAIN_S:
                    raise
                await asyncio.sleep(ASK_AGAIN_S)
