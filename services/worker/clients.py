"""The neighbours of the worker, in its own terms.

All calls are idempotent by order or event id. All raise the `Neighbour…` errors of the chassis besides what is named.
"""

from enum import StrEnum

from services.chassis.client import Neighbour
from services.chassis.errors import NeighbourRefused
from services.worker.domain import OrderEvent, Settlement


class Reserved(StrEnum):
    """What became of asking for stock."""

    HELD = "held"
    OUT_OF_STOCK = "out-of-stock"
    RELEASED = "released"


class Captured(StrEnum):
    """What became of asking for money."""

    CAPTURED = "captured"
    PENDING = "pending"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Stock:
    """The inventory service."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def reserve(self, event: OrderEvent) -> Reserved:
        """Reserve what an order needs, if that has not been done yet."""
        lines = [{"sku": line.sku, "quantity": line.quantity} for line in event.lines]
        path = f"/reservations/{event.order_id}"
        try:
            await self._neighbour.put(path, {"lines": lines}, route="/reservations/{order_id}")
        except NeighbourRefused as refusal:
            match refusal.peer_code:
                case "out-of-stock" | "unknown-sku":
                    return Reserved.OUT_OF_STOCK
                case "reservation-released":
                    return Reserved.RELEASED
            raise
        return Reserved.HELD

    async def commit(self, order_id: str) -> bool:
        """Let the goods leave the house; False when they have been given back."""
        try:
            await self._neighbour.post(f"/reservations/{order_id}/commit", route="/reservations/{order_id}/commit")
        except NeighbourRefused as refusal:
            if refusal.peer_code == "reservation-released":
                return False
            raise
        return True

    async def release(self, order_id: str) -> None:
        """Give back what is reserved or has left; a reservation that comes later is refused."""
        await self._neighbour.post(f"/reservations/{order_id}/release", route="/reservations/{order_id}/release")


class Money:
    """The payment service."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def capture(self, event: OrderEvent) -> Captured:
        """Charge the customer, once however often this is asked."""
        body = {"amount_cents": event.total_cents, "card_token": event.card_token}
        answer = await self._neighbour.post(
            f"/payments/{event.order_id}/capture", body, route="/payments/{order_id}/capture"
        )
        return Captured(answer["status"])

    async def give_back(self, order_id: str) -> None:
        """Void or refund the payment; one that comes later is refused."""
        await self._neighbour.post(f"/payments/{order_id}/cancel", route="/payments/{order_id}/cancel")


class Books:
    """The billing service."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def post(self, event: OrderEvent) -> None:
        """Have an event booked: an order placed is invoiced, a cancelled one credited."""
        body = {
            "event_id": event.event_id,
            "type": event.type,
            "order_id": event.order_id,
            "customer_id": event.customer_id,
            "occurred_at": event.occurred_at,
            "lines": [line.fields() for line in event.lines],
            "discount_cents": event.discount_cents,
            "total_cents": event.total_cents,
        }
        await self._neighbour.post("/events", body, route="/events")


class Orders:
    """The order service."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def settle(self, order_id: str, settlement: Settlement) -> str:
        """Store how carrying an order out ended; return the order's status, which a cancellation may have changed."""
        order = await self._neighbour.post(
            f"/orders/{order_id}/settlement", {"outcome": settlement}, route="/orders/{order_id}/settlement"
        )
        return str(order["status"])
