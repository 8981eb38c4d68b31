"""Proof for `inventory.asks_payment`: stock is promised at once, though payment has no one free to be asked.

It knows inventory by its base URL only. In front of it is an order service with few workers, each of which waits for
inventory's answer; whoever is asked about a payment needs one of them as well.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from tests.support.full_house import WORKERS, FullHouse, before_long, full_house
from tests.support.proof import Subject, subjects, under_proof

FAULT = "inventory.asks_payment"
SKU = "MUG-STONE-350"
LINES = {"lines": [{"sku": SKU, "quantity": 1}]}
TIME_S = 0.8
"""What a caller has."""
GONE_S = 1.2
"""When it has stopped listening."""
WORKERS_HERE = 6
CROWD = 8
"""More than inventory has workers."""
UNKNOWN = {"type": "urn:problem:unknown-payment", "title": "Unknown payment", "status": 404, "detail": "None."}


@dataclass(frozen=True)
class Shop:
    """Inventory, and whoever asks it and may be asked by it."""

    inventory: httpx.Client
    others: FullHouse

    def ask(self, method: str, path: str, **sent: object) -> httpx.Response | None:
        """Return the answer; None when there is none before we stop listening."""
        headers = {"X-Request-Timeout-Ms": f"{TIME_S * 1000:.0f}"}
        try:
            return self.inventory.request(method, path, headers=headers, timeout=GONE_S, **sent)  # type: ignore[arg-type]
        except httpx.TimeoutException:
            return None

    def reserved(self) -> str:
        """Ask for one unit for a new order; return what its reservation is, or what came in its place."""
        return _state(self.ask("PUT", f"/reservations/{uuid4().hex}", json=LINES))

    def released(self) -> str:
        """Give back what a new order may have reserved."""
        return _state(self.ask("POST", f"/reservations/{uuid4().hex}/release"))

    def shown(self) -> str:
        """Look at a product page."""
        answer = self.ask("GET", f"/products/{SKU}")
        return "silence" if answer is None else str(answer.json().get("sku", answer.status_code))


Claim = Callable[[Shop], None]


def a_full_house_is_served(shop: Shop) -> None:
    """When every worker of the order service waits for inventory, each of them is told in time: held."""
    before_long(["held"] * WORKERS, lambda: shop.others.all_ask(shop.reserved))


def silence_is_not_waited_out(shop: Shop) -> None:
    """While nothing is heard from payment, whoever wants to reserve is told in time: held."""
    with shop.others.silent(), ThreadPoolExecutor(CROWD) as pool:
        before_long(["held"] * CROWD, lambda: list(pool.map(lambda _: shop.reserved(), range(CROWD))))


def others_are_served_meanwhile(shop: Shop) -> None:
    """While many reserve and nothing is heard from payment, products are shown and units given back in time."""
    with shop.others.silent(), ThreadPoolExecutor(CROWD + 2) as pool:

        def meanwhile() -> list[str]:
            crowd = [pool.submit(shop.reserved) for _ in range(CROWD)]
            shop.others.until_crowded(WORKERS_HERE, crowd)
            others = [pool.submit(shop.shown), pool.submit(shop.released)]
            for one in crowd:
                one.result()
            return [one.result() for one in others]

        before_long([SKU, "released"], meanwhile)


CLAIMS = (a_full_house_is_served, silence_is_not_waited_out, others_are_served_meanwhile)


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def shop(subject: Subject) -> Iterator[Shop]:
    """Return inventory with few workers, and a payment service that knows of no payment yet."""
    limits = httpx.Limits(max_connections=None)
    with full_house(lambda _: (404, UNKNOWN)) as others:
        told = {
            "INVENTORY_PAYMENT_URL": others.url,
            "INVENTORY_SUPPLIER_URL": "http://127.0.0.1:1",
            "INVENTORY_RESTOCK_BELOW": "0",
            "INVENTORY_WORKERS": str(WORKERS_HERE),
        }
        with (
            under_proof(subject, told) as process,
            httpx.Client(base_url=process.url, timeout=20.0, limits=limits) as client,
        ):
            yield Shop(client, others)


@pytest.mark.serves
def test_units_are_promised_and_given_back(shop: Shop) -> None:
    """One after the other, an order gets what it asks for, once, and nothing more when it has given that back."""
    before, order = _left(shop), uuid4().hex
    answers = [shop.inventory.put(f"/reservations/{order}", json=LINES) for _ in range(2)]
    assert [_state(answer) for answer in answers] == ["held", "held"]
    assert answers[0].json()["lines"][0]["sku"] == SKU
    assert _left(shop) == before - 1
    assert _state(shop.inventory.post(f"/reservations/{order}/release")) == "released"
    assert _left(shop) == before
    assert shop.inventory.put(f"/reservations/{order}", json=LINES).status_code == 409


@pytest.mark.serves
def test_what_is_not_on_sale_is_not_promised(shop: Shop) -> None:
    """A product that is not on sale cannot be reserved."""
    nothing = {"lines": [{"sku": "NO-SUCH", "quantity": 1}]}
    assert shop.inventory.put(f"/reservations/{uuid4().hex}", json=nothing).status_code == 404


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_nobody_waits_for_who_waits_for_them_unless_the_fault_is_on(shop: Shop, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(shop)


def _state(answer: httpx.Response | None) -> str:
    if answer is None:
        return "silence"
    return str(answer.json().get("state", answer.status_code))


def _left(shop: Shop) -> int:
    listed = shop.inventory.get("/products").json()["products"]
    return int(next(one["available"] for one in listed if one["sku"] == SKU))
