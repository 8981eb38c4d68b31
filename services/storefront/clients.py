"""The platform, through its public API. Every method raises the `Neighbour…` errors of the chassis, and `Busy`."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourUnavailable
from services.storefront.schemas import Invoices, Order, Orders, Product, Products

M = TypeVar("M", bound=BaseModel)


class Platform:
    """What the shop asks of the platform."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def products(self) -> list[Product]:
        """Return everything on sale."""
        return self._told(Products, await self._neighbour.get("/products", route="/products")).products

    async def product(self, sku: str) -> Product:
        """Return one product."""
        return self._told(Product, await self._neighbour.get(f"/products/{sku}", route="/products/{sku}"))

    async def place(self, customer_id: str, lines: Sequence[tuple[str, int]], card_token: str, key: str) -> Order:
        """Place an order. Safe to send again: the same key is the same order."""
        order = {
            "customer_id": customer_id,
            "lines": [{"sku": sku, "quantity": units} for sku, units in lines],
            "card_token": card_token,
        }
        answer = await self._neighbour.post("/orders", order, headers={"Idempotency-Key": key}, route="/orders")
        return self._told(Order, answer)

    async def order(self, order_id: str) -> Order:
        """Return one order."""
        return self._told(Order, await self._neighbour.get(f"/orders/{order_id}", route="/orders/{order_id}"))

    async def cancel(self, order_id: str) -> Order:
        """Cancel an order; it stays cancelled however often it is asked for."""
        answer = await self._neighbour.post(f"/orders/{order_id}/cancel", route="/orders/{order_id}/cancel")
        return self._told(Order, answer)

    async def orders(self, customer_id: str, limit: int, before: str | None) -> Orders:
        """Return a page of a customer's orders."""
        params: dict[str, str | int] = {"limit": limit, **({"before": before} if before else {})}
        return self._told(Orders, await self._of_customer(customer_id, "orders", params))

    async def invoices(self, customer_id: str, limit: int) -> Invoices:
        """Return a customer's latest invoices."""
        return self._told(Invoices, await self._of_customer(customer_id, "invoices", {"limit": limit}))

    async def ready(self) -> None:
        """Return when the platform says that it can serve."""
        await self._neighbour.get("/ready", route="/ready")

    async def _of_customer(self, customer_id: str, what: str, params: dict[str, str | int]) -> dict[str, Any]:
        route = f"/customers/{{customer_id}}/{what}"
        return await self._neighbour.get(f"/customers/{customer_id}/{what}", params, route=route)

    def _told(self, model: type[M], answer: dict[str, Any]) -> M:
        try:
            return model.model_validate(answer)
        except ValidationError as error:
            raise NeighbourUnavailable(self._neighbour.peer, "its answer is not what was agreed") from error
