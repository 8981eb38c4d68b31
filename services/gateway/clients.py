"""The neighbours behind the public API. Every method raises the `Neighbour…` errors of the chassis, and `Busy`."""

from typing import Any, Self

from services.chassis.client import Neighbour
from services.gateway.domain import Product

Json = dict[str, Any]


class Orders:
    """The order service."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    def once(self, attempt: int, timeout_s: float) -> Self:
        """Return the same, for callers that try again by themselves: `attempt` is which of theirs it is.

        It asks neither breaker nor slots, and takes `timeout_s` although the caller's time is used up.
        """
        return type(self)(self._neighbour.once(attempt, timeout_s=timeout_s, guarded=False))

    async def place(self, order: Json, key: str) -> Json:
        """Place an order. Safe to send again: the same key is the same order."""
        return await self._neighbour.post("/orders", order, headers={"Idempotency-Key": key}, route="/orders")

    async def one(self, order_id: str) -> Json:
        """Return one order."""
        return await self._neighbour.get(f"/orders/{order_id}", route="/orders/{order_id}")

    async def cancel(self, order_id: str) -> Json:
        """Cancel an order; it stays cancelled however often it is asked for."""
        return await self._neighbour.post(f"/orders/{order_id}/cancel", route="/orders/{order_id}/cancel")

    async def of_customer(self, customer_id: str, limit: int, before: str | None) -> Json:
        """Return a page of a customer's orders, latest first."""
        params: dict[str, str | int] = {"limit": limit} if before is None else {"limit": limit, "before": before}
        return await self._neighbour.get(
            f"/customers/{customer_id}/orders", params, route="/customers/{customer_id}/orders"
        )


class Products:
    """The inventory service, as far as customers see it."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def all(self) -> list[Product]:
        """Return everything on sale."""
        products: list[Product] = (await self._neighbour.get("/products", route="/products"))["products"]
        return products

    async def one(self, sku: str) -> Product:
        """Return one product."""
        return await self._neighbour.get(f"/products/{sku}", route="/products/{sku}")


class Invoices:
    """The billing service, as far as customers see it."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def of_customer(self, customer_id: str, limit: int) -> Json:
        """Return a customer's invoices, latest first."""
        return await self._neighbour.get(
            f"/customers/{customer_id}/invoices", {"limit": limit}, route="/customers/{customer_id}/invoices"
        )
