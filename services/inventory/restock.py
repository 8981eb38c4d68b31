"""Ordering more in time. A purchase order is stored before it is sent: no crash orders or counts units twice."""

from uuid import uuid4

import structlog

from observability.wiring import Telemetry, vocabulary
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.errors import NeighbourRefused
from services.inventory import storage, tables
from services.inventory.clients import Supplier
from services.inventory.domain import PurchaseOrder, to_restock
from services.inventory.operations import Inventory

log = structlog.get_logger()


class Restock:
    """Keeps at least `below` units of everything by ordering `units` at a time."""

    def __init__(
        self,
        inventory: Inventory,
        database: Database,
        supplier: Supplier,
        telemetry: Telemetry,
        clock: Clock,
        *,
        below: int,
        units: int,
    ) -> None:
        self._inventory = inventory
        self._database = database
        self._supplier = supplier
        self._clock = clock
        self._below = below
        self._units = units
        self._outcomes = telemetry.metrics.counter(vocabulary.RESTOCK_ORDERS)

    async def round(self) -> None:
        """Order what is short; chase what was ordered before. Raises `NeighbourUnavailable` without the supplier."""
        levels = await self._inventory.stock_levels()
        on_order = {order.sku: order.quantity for order in await self._open()}
        if short := to_restock(levels, on_order, self._below):
            await self._order(short)
        for order in await self._open():
            await self._send(order)

    async def _open(self) -> list[PurchaseOrder]:
        async with self._database.read() as connection:
            return await storage.open_purchase_orders(connection)

    async def _order(self, skus: list[str]) -> None:
        async with self._database.begin() as connection:
            for sku in skus:
                order = PurchaseOrder(uuid4().hex, sku, self._units)
                await storage.add_purchase_order(connection, order, self._clock.now())

    async def _send(self, order: PurchaseOrder) -> None:
        fields = {"purchase_order_id": order.purchase_order_id, "sku": order.sku, "quantity": order.quantity}
        try:
            await self._supplier.deliver(order)
        except NeighbourRefused as refusal:
            log.warning("restock.refused", **fields, problem=refusal.detail)
            self._outcomes.labels("refused").inc()
            async with self._database.begin() as connection:
                await storage.close_purchase_order(connection, order, tables.REFUSED, self._clock.now())
            return
        if await self._inventory.receive(order):
            log.info("stock.restocked", **fields)
            self._outcomes.labels("received").inc()
