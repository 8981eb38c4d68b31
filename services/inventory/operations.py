"""What the inventory can be asked to do."""

from collections.abc import Collection, Mapping
from dataclasses import asdict

import structlog

from observability.wiring import Telemetry, vocabulary
from services.chassis.client import Neighbour
from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.errors import NotFound
from services.inventory import storage, tables
from services.inventory.catalogue import Catalogue
from services.inventory.clients import Supplier
from services.inventory.domain import (
    Offer,
    PurchaseOrder,
    Quantities,
    Reservation,
    State,
    on_offer,
)
from services.inventory.errors import OutOfStock, ReservationConflict, ReservationReleased, UnknownSku
from services.inventory.faults.asks_payment import held_for_the_asking
from services.inventory.faults.blocking_supplier_call import all_at_once
from services.inventory.faults.lost_update import promised_once
from services.inventory.lead_times import LeadTimes
from services.inventory.offers import OfferCache

log = structlog.get_logger()


class Inventory:
    """Products, stock and reservations. Stock never goes below zero and no unit is promised twice."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        supplier: Supplier,
        lead_times: LeadTimes,
        payments: Neighbour,
        telemetry: Telemetry,
        clock: Clock,
        cache_ttl_s: float,
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._supplier = supplier
        self._lead_times = lead_times
        self._payments = payments
        self._clock = clock
        self.offers = OfferCache(self._read_offers, cache_ttl_s)
        self._levels = telemetry.metrics.gauge(vocabulary.STOCK)
        self._outcomes = telemetry.metrics.counter(vocabulary.RESERVATIONS)

    async def products(self) -> list[Offer]:
        """Return everything on sale, by SKU."""
        return await self.offers.get(list(self._catalogue.products))

    async def product(self, sku: str) -> Offer:
        """Return one product; raise `UnknownSku` when it is not on sale."""
        if sku not in self._catalogue.products:
            raise UnknownSku(f"Nothing with the SKU {sku} is on sale.", sku=sku)
        return (await self.offers.get([sku]))[0]

    async def reserve(self, order_id: str, wanted: Quantities) -> Reservation:
        """Promise units to an order, all lines or none; asked again, return the same promise.

        Raises `UnknownSku`, `OutOfStock`, `ReservationConflict` (other lines) or `ReservationReleased`.
        """
        lines = self._catalogue.priced(wanted)
        reservation = await held_for_the_asking.behaviour(self._payments, order_id, lines)
        try:
            left = await promised_once.behaviour(self._database, reservation, self._clock.now())
        except OutOfStock as refusal:
            self._outcomes.labels("out_of_stock").inc()
            log.info("reservation.refused", shortages=[asdict(short) for short in refusal.members["shortages"]])
            raise
        if left is None:
            return await self._repeated(order_id, wanted)
        self._changed(left)
        self._outcomes.labels("held").inc()
        return reservation

    async def release(self, order_id: str) -> Reservation:
        """Give the units of an order back, committed ones too; an order that never asked cannot ask any more."""
        tombstone = Reservation(order_id, State.RELEASED, ())
        levels: Mapping[str, int] = {}
        async with self._database.begin() as connection:
            if await storage.add_reservation(connection, tombstone, self._clock.now()):
                return tombstone
            released = await storage.release(connection, order_id, self._clock.now())
            if released is None:
                return await storage.find_reservation(connection, order_id) or tombstone
            levels = await storage.put(connection, released.quantities)
        self._changed(levels)
        self._outcomes.labels("released").inc()
        return released

    async def commit(self, order_id: str) -> Reservation:
        """Let the units of an order leave the house for good. Raises `NotFound` or `ReservationReleased`."""
        async with self._database.autocommit() as connection:
            committed = await storage.commit(connection, order_id, self._clock.now())
            there = committed or await storage.find_reservation(connection, order_id)
        if there is None:
            raise NotFound(f"Order {order_id} has reserved nothing.")
        if there.state is State.RELEASED:
            raise ReservationReleased(f"Order {order_id} has given its reservation up.")
        if committed is not None:
            self._outcomes.labels("committed").inc()
        return there

    async def receive(self, order: PurchaseOrder) -> bool:
        """Put delivered units into stock, once; say whether they were new."""
        async with self._database.begin() as connection:
            if not await storage.close_purchase_order(connection, order, tables.RECEIVED, self._clock.now()):
                return False
            levels = await storage.put(connection, {order.sku: order.quantity})
        self._changed(levels)
        return True

    async def stock_levels(self) -> Quantities:
        """Return the units available of everything, read now, and show them as metrics."""
        async with self._database.read() as connection:
            levels = await storage.available(connection)
        self._show(levels)
        return levels

    async def _read_offers(self, skus: Collection[str]) -> Mapping[str, Offer]:
        days = await all_at_once.behaviour(self._supplier, self._lead_times, skus)
        as_of, products = self._clock.now(), self._catalogue.products
        async with self._database.read() as connection:
            units = await storage.available(connection, skus)
        return {sku: on_offer(products[sku], units[sku], as_of, days.get(sku)) for sku in units}

    async def _repeated(self, order_id: str, wanted: Quantities) -> Reservation:
        async with self._database.read() as connection:
            there = await storage.find_reservation(connection, order_id)
        assert there is not None  # noqa: S101 -- reservations are never deleted
        if there.state is State.RELEASED:
            self._outcomes.labels("conflict").inc()
            raise ReservationReleased(f"Order {order_id} has given its reservation up.")
        if there.quantities != wanted:
            self._outcomes.labels("conflict").inc()
            raise ReservationConflict(f"Order {order_id} has reserved other lines.", reserved=there.quantities)
        return there

    def _changed(self, levels: Quantities) -> None:
        self.offers.changed(levels)
        self._show(levels)

    def _show(self, levels: Quantities) -> None:
        for sku, units in levels.items():
            self._levels.labels(sku).set(units)
