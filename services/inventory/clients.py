"""The supplier, from whom more is ordered."""

from observability.wiring import Telemetry
from services.chassis.client import Neighbour
from services.inventory.domain import PurchaseOrder


class Supplier:
    """Takes purchase orders; the same id twice is one order."""

    def __init__(self, neighbour: Neighbour, url: str, telemetry: Telemetry) -> None:
        self.neighbour = neighbour
        self.url = url
        self.telemetry = telemetry

    async def deliver(self, order: PurchaseOrder) -> None:
        """Order units; when this returns they are ours. Raises the `Neighbour…` errors of the chassis."""
        body = {"purchase_order_id": order.purchase_order_id, "sku": order.sku, "quantity": order.quantity}
        await self.neighbour.post("/purchase-orders", body, route="/purchase-orders")
