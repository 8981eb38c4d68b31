"""What the public may ask of the platform. Each request gets a deadline, which travels with every call it causes."""

from contextlib import AbstractContextManager
from time import monotonic
from typing import Any
from uuid import uuid4

from services.chassis import deadline
from services.chassis.errors import Busy, ServiceError
from services.gateway.clients import Invoices, Json, Orders
from services.gateway.domain import Pace, Product
from services.gateway.faults.retries_without_budget import few_retries
from services.gateway.product_pages import ProductPages


class Shop:
    """The public operations; at most `timeout_s` seconds each, less when the caller asked for less.

    A refusal of the service that is asked comes as `NeighbourRefused`, its silence as `NeighbourUnavailable`,
    `NeighbourTimedOut`, `Busy` or `DeadlineExceeded`. More than `requests_per_s` are refused as `Busy`.
    """

    def __init__(
        self,
        orders: Orders,
        products: ProductPages,
        invoices: Invoices,
        timeout_s: float,
        requests_per_s: float,
    ) -> None:
        self._orders = orders
        self._products = products
        self._invoices = invoices
        self._timeout_s = timeout_s
        self._pace = Pace(requests_per_s)

    def answer_within(self, timeout_s: float) -> None:
        """Give each request that much time from now on."""
        self._timeout_s = timeout_s

    def take_per_s(self, requests_per_s: float) -> None:
        """Let that many requests a second begin from now on."""
        self._pace.adjust(requests_per_s)

    def _begun(self) -> AbstractContextManager[None]:
        if not self._pace.allows(monotonic()):
            raise Busy("More requests come than this gateway is made for; try again shortly.")
        return deadline.within(self._timeout_s)

    async def products(self) -> list[Product]:
        """Return everything on sale."""
        with self._begun():
            return await self._products.all()

    async def product(self, sku: str) -> Product:
        """Return one product."""
        with self._begun():
            return await self._products.one(sku)

    async def check_out(self, order: dict[str, Any], key: str | None) -> tuple[Json, str]:
        """Place an order; return it with the key under which it was placed, `key` unless that is None.

        An error carries the key as the member `idempotency_key`: with it and the same order the caller can ask again.
        """
        key = key or uuid4().hex
        try:
            with self._begun():
                return await few_retries.behaviour(self._orders, order, key), key
        except ServiceError as problem:
            problem.members["idempotency_key"] = key
            raise

    async def order(self, order_id: str) -> Json:
        """Return one order."""
        with self._begun():
            return await self._orders.one(order_id)

    async def cancel(self, order_id: str) -> Json:
        """Cancel an order and return it."""
        with self._begun():
            return await self._orders.cancel(order_id)

    async def orders_of(self, customer_id: str, limit: int, before: str | None) -> Json:
        """Return a page of a customer's orders."""
        with self._begun():
            return await self._orders.of_customer(customer_id, limit, before)

    async def invoices_of(self, customer_id: str, limit: int) -> Json:
        """Return a customer's invoices."""
        with self._begun():
            return await self._invoices.of_customer(customer_id, limit)
