"""The neighbours of the order service, in its own terms. All calls are idempotent by order id."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourRefused
from services.order.domain import Line, WantedLine
from services.order.errors import OutOfStock, UnknownSku


class Undone(Exception):
    """The neighbour has already undone its part of this order, or knows it with other contents."""


class Payment(StrEnum):
    """What the payment service says of an order's payment."""

    AUTHORISED = "authorised"
    PENDING = "pending"
    DECLINED = "declined"
    CAPTURED = "captured"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Inventory:
    """Reserves stock and knows prices. Raises the `Neighbour…` errors of the chassis besides what is named below."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def reserve(self, order_id: str, lines: Iterable[WantedLine]) -> tuple[Line, ...]:
        """Reserve all of `lines` and return them with prices. Raises `OutOfStock`, `UnknownSku` and `Undone`."""
        wanted = [{"sku": line.sku, "quantity": line.quantity} for line in lines]
        try:
            reservation = await self._neighbour.put(
                f"/reservations/{order_id}", {"lines": wanted}, route="/reservations/{order_id}"
            )
        except NeighbourRefused as refusal:
            detail = str(refusal.problem.get("detail", refusal))
            match refusal.peer_code:
                case "out-of-stock":
                    raise OutOfStock(detail, shortages=refusal.problem.get("shortages", [])) from None
                case "unknown-sku":
                    raise UnknownSku(detail) from None
                case "reservation-released" | "reservation-conflict":
                    raise Undone(detail) from None
            raise
        return tuple(
            Line(line["sku"], line["name"], line["quantity"], line["unit_price_cents"], line["tax_percent"])
            for line in reservation["lines"]
        )

    async def release(self, order_id: str) -> None:
        """Give back what is reserved; a reservation that comes later is refused."""
        await self._neighbour.post(f"/reservations/{order_id}/release", route="/reservations/{order_id}/release")

    async def prices(self) -> list[Line]:
        """Return one unit of every product with its price."""
        answer = await self._neighbour.get("/products", route="/products")
        return [
            Line(product["sku"], product["name"], 1, product["price_cents"], product["tax_percent"])
            for product in answer["products"]
        ]


class Payments:
    """Authorises cards. Raises the `Neighbour…` errors of the chassis besides what is named below."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    def once(self, attempt: int, timeout_s: float | None = None) -> Self:
        """Return the same, for callers that try again by themselves: `attempt` is which of theirs it is.

        It asks neither breaker nor slots, and takes `timeout_s` although the caller's time is used up.
        """
        return type(self)(self._neighbour.once(attempt, timeout_s=timeout_s, guarded=False))

    async def authorise(self, order_id: str, amount_cents: int, card_token: str) -> Payment:
        """Authorise the payment of an order. Raises `Undone` when it is known with another amount."""
        body = {"amount_cents": amount_cents, "card_token": card_token}
        try:
            answer = await self._neighbour.put(f"/payments/{order_id}", body, route="/payments/{order_id}")
        except NeighbourRefused as refusal:
            if refusal.peer_code == "amount-conflict":
                raise Undone(str(refusal.problem.get("detail", refusal))) from None
            raise
        return Payment(answer["status"])
