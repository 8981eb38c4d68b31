"""The services behind the gateway, for real, in one process: any of them can be away, order and worker can die."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import text

import services.billing.app
import services.inventory.app
import services.order.app
import services.payment.app
import services.provider.app
import services.worker.app
from services.billing.settings import Settings as BillingSettings
from services.chassis.settings import PeerLimits
from services.inventory.settings import Settings as InventorySettings
from services.order.settings import Settings as OrderSettings
from services.payment.settings import Settings as PaymentSettings
from services.provider.settings import Settings as ProviderSettings
from services.worker.settings import Settings as WorkerSettings
from tests.support.back_ends import database_url, looking
from tests.support.clocks import WallClock
from tests.support.judge import Books, findings
from tests.support.lives import Gate, Life, Line, Process, Weather
from tests.support.platform_queue import PlatformQueue
from tests.support.polling import poll_until_async

ONCE = PeerLimits(timeout_s=60.0, attempts=1, breaker_failures=1000)
STOCK = {"MUG": 5000, "TEA": 5000, "LAMP": 5000, "RARE": 2}
PRICES = {"MUG": 1490, "TEA": 890, "LAMP": 5990, "RARE": 99_900}
BILLING, INVENTORY, ORDER = "billing-service", "inventory-service", "order-service"
PAYMENT, PROVIDER, WORKER = "payment-service", "payment-provider", "fulfilment-worker"
CLAIM_S, ABANDON_S = 6.0, 24.0
PATIENCE_S = 60.0
"""How long a machine that has more to do may take for anything."""
Json = dict[str, Any]


class Platform:
    """A platform in `folder`. Whatever dies in it can be started again on the same files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = WallClock()
        self.weather: defaultdict[tuple[str, str], Weather] = defaultdict(Weather)
        self.accepted: set[str] = set()
        self._processes: dict[str, Process] = {}
        self._running: dict[str, AsyncExitStack] = {}
        self._products = folder / "products.json"
        self.replica_url = ""
        self.queue = PlatformQueue(folder)

    async def __aenter__(self) -> Self:
        await self.queue.__aenter__()
        self._products.write_text(json.dumps([_product(sku, units) for sku, units in STOCK.items()]))
        for start in (self._provider, self._payment, self._inventory, self._billing):
            await self._start(*start())
        await self.start_order()
        await self.until(
            "the prices to be known",
            lambda books: books.count("order", "SELECT count(*) FROM known_prices") == len(STOCK),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in reversed(list(self._running)):
            await self.stop(name)
        await self.queue.__aexit__(kind, error, trace)

    async def start_order(self, life: Life | None = None) -> None:
        """Start the order service, to live as long as `life` lets it."""
        life = life or Life()
        settings = OrderSettings(
            database_url=self._database("order"),
            replica_url=self.replica_url,
            broker_url=self.queue.url,
            inventory_url="http://inventory",
            inventory=ONCE,
            payment_url="http://payment",
            payment=ONCE,
            claim_s=CLAIM_S,
            join_s=0.5,
            abandon_after_s=ABANDON_S,
            recovery_interval_s=0.05,
        )
        lines = {name: self._line(ORDER, name, life) for name in (INVENTORY, PAYMENT)}
        app = services.order.app.create_app(settings, transports=lines, clock=self.clock)
        orders = app.state.operations
        for database in {orders._database, orders._relay._sending}:
            life.owns(database)
        life.uses(orders._relay._broker)
        await self._start(ORDER, app, life)

    async def start_worker(self, life: Life | None = None) -> None:
        """Start the worker, to live as long as `life` lets it."""
        life = life or Life()
        settings = WorkerSettings(
            broker_url=self.queue.url,
            order_url="http://order",
            order=ONCE,
            inventory_url="http://inventory",
            inventory=ONCE,
            payment_url="http://payment",
            payment=ONCE,
            billing_url="http://billing",
            billing=ONCE,
            retry_backoff_s=0.01,
            max_deliveries=3,
            shortest_wait_s=0.02,
            longest_wait_s=0.02,
        )
        lines = {name: self._line(WORKER, name, life) for name in (ORDER, INVENTORY, PAYMENT, BILLING)}
        app = services.worker.app.create_app(settings, transports=lines, clock=self.clock)
        life.uses(app.state.broker)
        await self._start(WORKER, app, life)

    async def stop(self, name: str) -> None:
        """Stop a service as SIGTERM does: it ends what it is serving."""
        process = self._processes.pop(name)

        async def idle() -> bool:
            return process.serving == 0

        await poll_until_async(idle, f"{name} to end what it is serving")
        await self._running.pop(name).aclose()

    async def kill(self, name: str) -> None:
        """Let a service do nothing more from this moment on, as SIGKILL does."""
        # The rest of what it is at runs on without any effect.
        self._processes[name].life.end()
        await self.stop(name)
        if name == WORKER:
            self.queue.outlive()

    async def place(
        self, key: str | None = None, lines: Mapping[str, int] | None = None, card: str = "tok-visa", by: str = "ada"
    ) -> httpx.Response:
        """Check out."""
        body = {
            "customer_id": by,
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in (lines or {"MUG": 1}).items()],
            "card_token": card,
        }
        answer = await self.ask("POST", "/orders", json=body, headers={"Idempotency-Key": key or uuid4().hex})
        if answer.status_code == httpx.codes.CREATED:
            self.accepted.add(answer.json()["order_id"])
        return answer

    async def ask(self, method: str, path: str, service: str = ORDER, **request: Any) -> httpx.Response:
        """Send any request, by default to the order service; raises `httpx.TransportError` when it is dead."""
        line = self._line("customer", service, Life())
        async with httpx.AsyncClient(transport=line, base_url="http://platform") as client:
            return await client.request(method, path, **request)

    async def order(self, order_id: str) -> Json:
        """Return an order."""
        answer: Json = (await self.ask("GET", f"/orders/{order_id}")).json()
        return answer

    async def status(self, order_id: str, *expected: str) -> str:
        """Wait until an order has one of the expected statuses."""

        async def reached() -> str:
            status = str((await self.order(order_id))["status"])
            return status if status in expected else ""

        return await poll_until_async(reached, f"order {order_id} to be {' or '.join(expected)}", within_s=PATIENCE_S)

    def hold(self, caller: str, callee: str) -> Gate:
        """Hold up the next call from one service to another, until the gate is opened."""
        gate = self.weather[caller, callee].gate = Gate()
        return gate

    async def until(self, waiting_for: str, is_so: Callable[[Books], bool]) -> None:
        """Wait until the databases say so."""

        async def check() -> bool:
            return is_so(self.books())

        await poll_until_async(check, waiting_for, within_s=PATIENCE_S)

    async def unsettled(self) -> dict[str, int]:
        """Return what is still under way; empty when all has been dealt with."""
        # What moves on meanwhile goes from the orders to the queue, never back.
        waiting = self.books().unfinished()
        messages = await self.queue.count()
        return {**waiting, "messages": messages} if messages else waiting

    async def sent(self) -> None:
        """Wait until the broker has all that was to be told."""
        await self.until("the outbox to be empty", lambda books: not books.unfinished().get("outbox"))

    async def settled(self) -> None:
        """Put the clock forward until whatever is unfinished is given up, and wait until all is dealt with."""
        self.clock.advance(CLAIM_S + ABANDON_S + 1)
        waiting: dict[str, int] = {}

        async def nothing() -> bool:
            nonlocal waiting
            waiting = await self.unsettled()
            return not waiting

        try:
            await poll_until_async(nothing, "everything to be dealt with", within_s=PATIENCE_S)
        except AssertionError:
            raise AssertionError(f"still waiting: {waiting}") from None

    def app(self, name: str) -> FastAPI:
        """Return a service that runs."""
        return self._processes[name].app

    def books(self) -> Books:
        """Return what the databases say."""
        return Books(self.folder, self._products)

    def change(self, database: str, statement: str, row: Mapping[str, Any] | None = None) -> None:
        """Change a database behind the services' backs."""
        with looking(self.folder, database).begin() as connection:
            connection.execute(text(statement), dict(row or {}))

    async def findings(self) -> list[str]:
        """Return what is wrong by now."""
        await self.queue.show_the_judge()
        return findings(self.books(), self.accepted)

    def ledger(self, order_id: str) -> list[tuple[str, int]]:
        """Return what the card network has done for an order."""
        rows = self.books().rows("provider", "SELECT * FROM card_ledger ORDER BY seq")
        return [(row["kind"], row["amount_cents"]) for row in rows if row["reference"] == order_id]

    def available(self, sku: str) -> int:
        """Return how many units of a product can be sold."""
        rows = self.books().rows("inventory", "SELECT sku, available FROM stock")
        return next(int(row["available"]) for row in rows if row["sku"] == sku)

    async def _start(self, name: str, app: FastAPI, life: Life | None = None) -> None:
        stack = AsyncExitStack()
        await stack.enter_async_context(app.router.lifespan_context(app))
        self._running[name], self._processes[name] = stack, Process(app, life or Life())

    def _line(self, caller: str, callee: str, life: Life) -> Line:
        return Line(lambda: self._processes.get(callee), life, self.weather[caller, callee])

    def _database(self, name: str) -> str:
        return database_url(self.folder, name)

    def _provider(self) -> tuple[str, FastAPI]:
        settings = ProviderSettings(database_url=self._database("provider"), latency_median_ms=0)
        return PROVIDER, services.provider.app.create_app(settings)

    def _payment(self) -> tuple[str, FastAPI]:
        settings = PaymentSettings(
            database_url=self._database("payment"), card_network_url="http://provider", card_network=ONCE
        )
        lines = {PROVIDER: self._line(PAYMENT, PROVIDER, Life())}
        return PAYMENT, services.payment.app.create_app(settings, transports=lines)

    def _inventory(self) -> tuple[str, FastAPI]:
        settings = InventorySettings(
            database_url=self._database("inventory"),
            products_file=self._products,
            supplier_url="http://provider",
            restock_below=0,
        )
        lines = {PROVIDER: self._line(INVENTORY, PROVIDER, Life())}
        return INVENTORY, services.inventory.app.create_app(settings, transports=lines)

    def _billing(self) -> tuple[str, FastAPI]:
        # Put forward with the others: an invoice is no older than its order.
        settings = BillingSettings(database_url=self._database("billing"))
        return BILLING, services.billing.app.create_app(settings, clock=self.clock)


def _product(sku: str, units: int) -> Json:
    named = {"sku": sku, "name": sku.title(), "description": "", "tax_percent": 20}
    return {**named, "price_cents": PRICES[sku], "units": units}
