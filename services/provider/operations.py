"""What the card network and the supplier can be asked to do."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.clock import Clock
from services.chassis.database import Database, insert_once
from services.provider import domain, errors, storage
from services.provider.domain import Entry, Kind
from services.provider.faults.brownout import prompt_banks


class Distance:
    """The way to the provider and back: half of the time passes before the work, half after it."""

    def __init__(self, median_ms: float, sigma: float) -> None:
        self._median_ms = median_ms
        self._sigma = sigma

    @asynccontextmanager
    async def covered(self) -> AsyncIterator[None]:
        """Let the time pass that one operation takes. Whoever hangs up on the way back has been served all the same."""
        one_way_s = domain.latency_s(self._median_ms, self._sigma) / 2
        if one_way_s:
            await asyncio.sleep(one_way_s)
        yield
        if one_way_s:
            await asyncio.sleep(one_way_s)


class CardNetwork:
    """Keeps the card ledger. Each operation adds one entry, durable before the answer is sent.

    With a `key` the entry is written once, and repeats are answered with it; without one each call is a new entry.
    """

    def __init__(self, database: Database, distance: Distance, clock: Clock) -> None:
        self._database = database
        self._distance = distance
        self._clock = clock

    async def authorise(self, reference: str, amount_cents: int, card_token: str, key: str | None) -> Entry:
        """Hold `amount_cents` on the card, or decline. Raises `KeyReused`."""
        kind = domain.verdict_on(card_token)
        wanted = self._entry(kind, reference, amount_cents, None, key)
        wanted = replace(wanted, card_token=card_token)
        await prompt_banks.behaviour(reference)
        async with self._distance.covered(), self._database.begin() as connection:
            return await self._written(connection, wanted)

    async def capture(self, reference: str, authorisation_id: str, amount_cents: int, key: str | None) -> Entry:
        """Take money that was authorised. Raises `UnknownAuthorisation`, `KeyReused` or says why it cannot be taken."""
        wanted = self._entry(Kind.CAPTURE, reference, amount_cents, authorisation_id, key)
        async with self._distance.covered(), self._database.begin() as connection:
            authorisation = await self._authorisation(connection, reference, authorisation_id)
            if (earlier := await self._earlier(connection, wanted)) is not None:
                return earlier
            drawn = domain.drawn(authorisation, await storage.children(connection, authorisation_id))
            if drawn.voided:
                raise errors.AuthorisationVoided("The authorisation was voided; authorise again.")
            if amount_cents > drawn.left_cents:
                raise errors.ExceedsAuthorised(f"{drawn.left_cents} cents are left to capture.")
            return await self._written(connection, wanted)

    async def void(self, reference: str, authorisation_id: str, key: str | None) -> Entry:
        """Give an authorisation back. Raises `UnknownAuthorisation`, `KeyReused` or says why it cannot be voided."""
        async with self._distance.covered(), self._database.begin() as connection:
            authorisation = await self._authorisation(connection, reference, authorisation_id)
            wanted = self._entry(Kind.VOID, reference, authorisation.amount_cents, authorisation_id, key)
            if (earlier := await self._earlier(connection, wanted)) is not None:
                return earlier
            drawn = domain.drawn(authorisation, await storage.children(connection, authorisation_id))
            if drawn.voided:
                raise errors.AuthorisationVoided("The authorisation was voided before.")
            if drawn.taken_cents:
                raise errors.AuthorisationCaptured(f"{drawn.taken_cents} cents were captured; refund them instead.")
            return await self._written(connection, wanted)

    async def refund(self, reference: str, capture_id: str, amount_cents: int, key: str | None) -> Entry:
        """Give captured money back. Raises `UnknownCapture`, `KeyReused` or `ExceedsCaptured`."""
        wanted = self._entry(Kind.REFUND, reference, amount_cents, capture_id, key)
        async with self._distance.covered(), self._database.begin() as connection:
            capture = await storage.entry_by_id(connection, capture_id)
            if capture is None or capture.kind is not Kind.CAPTURE or capture.reference != reference:
                raise errors.UnknownCapture(f"{reference} has no capture {capture_id}.")
            if (earlier := await self._earlier(connection, wanted)) is not None:
                return earlier
            drawn = domain.drawn(capture, await storage.children(connection, capture_id))
            if amount_cents > drawn.left_cents:
                raise errors.ExceedsCaptured(f"{drawn.left_cents} cents are left to refund.")
            return await self._written(connection, wanted)

    async def ledger(self, reference: str | None, after: int, limit: int) -> tuple[list[Entry], int | None]:
        """Return up to `limit` entries after the cursor `after`, and the cursor of the next page if there is one."""
        async with self._database.read() as connection:
            return await storage.page(connection, reference, after, limit)

    def _entry(self, kind: Kind, reference: str, amount_cents: int, parent_id: str | None, key: str | None) -> Entry:
        return Entry(uuid4().hex, kind, reference, amount_cents, self._clock.now(), parent_id, None, key)

    @staticmethod
    async def _authorisation(connection: AsyncConnection, reference: str, authorisation_id: str) -> Entry:
        found = await storage.entry_by_id(connection, authorisation_id)
        if found is None or found.reference != reference or found.kind not in (Kind.AUTHORISATION, Kind.DECLINE):
            raise errors.UnknownAuthorisation(f"{reference} has no authorisation {authorisation_id}.")
        if found.kind is Kind.DECLINE:
            raise errors.AuthorisationDeclined("The card was declined.")
        return found

    @staticmethod
    async def _earlier(connection: AsyncConnection, wanted: Entry) -> Entry | None:
        key = wanted.idempotency_key
        found = None if key is None else await storage.entry_by_key(connection, key)
        if found is not None and not found.says_the_same_as(wanted):
            raise errors.KeyReused(f"The key {key} stands for another {found.kind}; use a new one.")
        return found

    async def _written(self, connection: AsyncConnection, wanted: Entry) -> Entry:
        if await storage.append(connection, wanted):
            return wanted
        earlier = await self._earlier(connection, wanted)
        if earlier is None:
            raise RuntimeError(f"ledger entry {wanted.entry_id} was neither written nor found")
        return earlier


class Supplier:
    """Delivers what is ordered, once per purchase order, and says how soon it could."""

    def __init__(self, database: Database, distance: Distance, clock: Clock) -> None:
        self._database = database
        self._distance = distance
        self._clock = clock

    async def order(self, purchase_order_id: str, sku: str, quantity: int) -> None:
        """Take an order for `quantity` units. Raises `PurchaseOrderChanged` when the id asked for something else."""
        row = {"purchase_order_id": purchase_order_id, "sku": sku, "quantity": quantity, "at": self._clock.now()}
        async with self._distance.covered(), self._database.begin() as connection:
            if await insert_once(connection, storage.purchase_orders, row):
                return
            if await storage.purchase_order(connection, purchase_order_id) != (sku, quantity):
                raise errors.PurchaseOrderChanged(f"{purchase_order_id} asked for something else; use a new id.")

    async def lead_times(self, skus: Iterable[str]) -> Mapping[str, int]:
        """Return within how many days more of each of `skus` can be had."""
        async with self._distance.covered():
            return {sku: domain.lead_time_days(sku) for sku in skus}
