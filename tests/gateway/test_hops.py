"""A checkout through the gateway, the order service and the inventory, each with its own database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from services.gateway import schemas
from services.order.app import create_app as create_order
from services.order.settings import Settings as OrderSettings
from tests.support.back_ends import database_url
from tests.support.gateway import CHECKOUT, INVENTORY, ORDER, Switchable, code_of, gateway_app
from tests.support.inventory import STOCK, Inventory, inventory_app
from tests.support.scripted import Scripted, says
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")

PAYMENT = "payment-service"


class Platform:
    """The public API, and the way from order to inventory."""

    def __init__(self, public: httpx.AsyncClient, stock: Inventory, line: "Recorded", payment: Scripted) -> None:
        self.public = public
        self.stock = stock
        self.line = line
        self.payment = payment


class Recorded(Switchable):
    """A way that keeps what it carried."""

    def __init__(self, to: httpx.AsyncBaseTransport) -> None:
        super().__init__(to)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request."""
        self.requests.append(request)
        return await super().handle_async_request(request)


@asynccontextmanager
async def platform(folder: Path) -> AsyncIterator[Platform]:
    """Start gateway, order and inventory; payment authorises everything."""
    inventory, payment = inventory_app(folder), Scripted(says(200, {"status": "authorised"}))
    line = Recorded(httpx.ASGITransport(inventory))
    settings = OrderSettings(
        database_url=database_url(folder, "order"),
        broker_url=f"sqlite+aiosqlite:///{folder}/broker.db",
        inventory_url="http://inventory",
        payment_url="http://payment",
    )
    order = create_order(settings, transports={INVENTORY: line, PAYMENT: payment})
    gateway = gateway_app({INVENTORY: httpx.ASGITransport(inventory), ORDER: httpx.ASGITransport(order)})
    async with served(inventory) as stock, served(order), served(gateway) as public:
        yield Platform(public, Inventory(stock), line, payment)


async def test_a_checkout_takes_stock_once_however_often_it_is_sent(tmp_path: Path) -> None:
    """The same key is the same order: same answer, one reservation, one payment."""
    async with platform(tmp_path) as shop:
        headers = {"Idempotency-Key": "k1"}
        answers = [await shop.public.post("/orders", json=CHECKOUT, headers=headers) for _ in range(3)]
        orders = schemas.Orders.model_validate((await shop.public.get("/customers/ada/orders")).json()).orders

        assert [answer.status_code for answer in answers] == 3 * [201]
        assert answers[0].json() == answers[1].json() == answers[2].json()
        assert [order.order_id for order in orders] == [answers[0].json()["order_id"]]
        assert (orders[0].status, orders[0].total_cents) == ("confirmed", 2980)
        assert await shop.stock.available() == STOCK | {"MUG": 8}
        assert len(shop.payment.requests) == 1


async def test_a_shortage_names_its_lines_at_the_far_end(tmp_path: Path) -> None:
    """What inventory says of each line reaches the customer through two hops, and nothing is taken."""
    async with platform(tmp_path) as shop:
        wanted = {**CHECKOUT, "lines": [{"sku": "LAMP", "quantity": 4}, {"sku": "MUG", "quantity": 1}]}
        answer = await shop.public.post("/orders", json=wanted)
        assert code_of(answer) == (409, "out-of-stock")
        assert answer.json()["shortages"] == [{"sku": "LAMP", "requested": 4, "available": 3}]
        assert await shop.stock.available() == STOCK


async def test_the_deadline_and_the_request_id_reach_the_last_hop(tmp_path: Path) -> None:
    """Inventory knows how little time the customer has left, and whose request it works for."""
    async with platform(tmp_path) as shop:
        headers = {"X-Request-Timeout-Ms": "700", "X-Request-ID": "from-the-customer"}
        assert (await shop.public.post("/orders", json=CHECKOUT, headers=headers)).status_code == 201
        (reservation,) = [request for request in shop.line.requests if request.method == "PUT"]
        assert 0 < int(reservation.headers["x-request-timeout-ms"]) <= 700
        assert reservation.headers["x-request-id"] == "from-the-customer"
