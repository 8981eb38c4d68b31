"""Proof for `inventory.blocking_supplier_call`: however long the supplier takes, the inventory goes on.

The supplier is a server of the test's, which takes as long over an answer as the test has it. What it takes for all
products, one after the other, is twice what anybody here may take.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.back_ends import BackEnd
from tests.support.polling import poll_until
from tests.support.proof import Subject, subjects, under_proof
from tests.support.supplier import Supplier, supplier

pytestmark = pytest.mark.usefixtures("back_end_of_module")

FAULT = "inventory.blocking_supplier_call"
SKUS = tuple(f"TEA-{number:02d}" for number in range(12))
SLOW_S = 0.25
LIMIT_S = 1.5
TTL_S = 2.0
LOOKS = 20
PAUSE_S = 0.06
TOLD = {
    "INVENTORY_CACHE_TTL_S": "0.05",
    "INVENTORY_LEAD_TIMES_TTL_S": str(TTL_S),
    "INVENTORY_RESTOCK_BELOW": "0",
    "INVENTORY_SUPPLIER__BREAKER_RESET_S": "0.2",
}
Json = dict[str, Any]
Claim = Callable[[httpx.Client, Supplier], None]


def listed(inventory: httpx.Client) -> dict[str, Json]:
    """Return the list of products, by SKU."""
    return {one["sku"]: one for one in inventory.get("/products").raise_for_status().json()["products"]}


def reserve(inventory: httpx.Client) -> None:
    """Reserve a unit."""
    lines = [{"sku": SKUS[0], "quantity": 1}]
    inventory.put(f"/reservations/{uuid4().hex}", json={"lines": lines}).raise_for_status()


def comes_to_say(inventory: httpx.Client, days: int) -> None:
    """Fail when somebody who goes on looking is not told that all products come within `days`."""

    def look() -> bool:
        return {one["lead_time_days"] for one in listed(inventory).values()} == {days}

    poll_until(look, f"{days} days to be shown for every product", every_s=PAUSE_S, within_s=5 * TTL_S)


def seconds(act: Callable[[], object]) -> float:
    """Return how long something takes."""
    began = time.monotonic()
    act()
    return time.monotonic() - began


def no_look_is_long(inventory: httpx.Client, for_s: float) -> None:
    """Look at the list again and again; fail at the first look that takes too long."""
    until = time.monotonic() + for_s
    while time.monotonic() < until:
        took = seconds(lambda: listed(inventory))
        assert took < LIMIT_S, f"the list of {len(SKUS)} products took {took:.1f} s"
        time.sleep(PAUSE_S)


def others_are_served_meanwhile(inventory: httpx.Client, supplier: Supplier) -> None:
    """While the supplier is being asked, and has not answered yet, units are reserved."""
    before = supplier.calls

    def look() -> None:
        until = time.monotonic() + 5 * TTL_S
        while supplier.calls == before and time.monotonic() < until:
            listed(inventory)
            time.sleep(PAUSE_S)

    supplier.speaks.clear()
    with ThreadPoolExecutor(2) as pool:
        looking = pool.submit(look)
        try:
            poll_until(lambda: supplier.calls > before, "the supplier to be asked", within_s=5 * TTL_S)
            reserving = pool.submit(reserve, inventory)
            done, _ = wait([reserving], timeout=LIMIT_S)
            assert done, f"nothing was reserved within {LIMIT_S:g} s, while the supplier was being asked"
        finally:
            supplier.speaks.set()
        looking.result()
        reserving.result()


def pages_do_not_wait_for_every_product(inventory: httpx.Client, supplier: Supplier) -> None:
    """When the supplier is slow, nobody who looks waits for as many answers as there are products."""
    supplier.takes_s = SLOW_S
    no_look_is_long(inventory, 2 * TTL_S)


def nobody_waits_for_a_silent_supplier(inventory: httpx.Client, supplier: Supplier) -> None:
    """When the supplier does not answer at all, products are shown all the same, and soon."""
    supplier.speaks.clear()
    no_look_is_long(inventory, TTL_S)


def looking_is_not_asking(inventory: httpx.Client, supplier: Supplier) -> None:
    """However many look, the supplier is asked now and then: what it says is good for as long as the setting says."""
    comes_to_say(inventory, supplier.days)
    began, before = time.monotonic(), supplier.calls
    for _ in range(LOOKS):
        listed(inventory)
        time.sleep(PAUSE_S)
    lives = (time.monotonic() - began) / TTL_S
    calls, most = supplier.calls - before, len(SKUS) * (2 + 3 * lives)
    assert calls <= most, f"{LOOKS} looks within {lives * TTL_S:.1f} s became {calls} calls to the supplier"


CLAIMS = (
    others_are_served_meanwhile,
    pages_do_not_wait_for_every_product,
    nobody_waits_for_a_silent_supplier,
    looking_is_not_asking,
)


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def neighbour() -> Iterator[Supplier]:
    """Run whom the service calls."""
    with supplier() as running:
        yield running


@pytest.fixture(scope="module")
def running(
    back_end_of_module: BackEnd, subject: Subject, neighbour: Supplier, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Return a client of an inventory that reads its stock anew for nearly everybody."""
    file: Path = tmp_path_factory.mktemp("shelf") / "products.json"
    about = {"description": "", "price_cents": 100, "tax_percent": 20, "units": 100_000}
    file.write_text(json.dumps([{"sku": sku, "name": sku.title(), **about} for sku in SKUS]))
    told = {**TOLD, "INVENTORY_PRODUCTS_FILE": str(file), "INVENTORY_SUPPLIER_URL": neighbour.url}
    with under_proof(subject, told) as process, httpx.Client(base_url=process.url, timeout=60) as client:
        yield client


@pytest.fixture
def inventory(running: httpx.Client, neighbour: Supplier) -> Iterator[httpx.Client]:
    """Return it with a supplier that is prompt."""
    neighbour.takes_s = 0.0
    yield running
    neighbour.takes_s = 0.0
    neighbour.speaks.set()


@pytest.mark.serves
def test_products_can_be_looked_at_and_reserved(inventory: httpx.Client) -> None:
    """A product's page and the list show what there is, and it can be reserved."""
    assert sorted(listed(inventory)) == sorted(SKUS)
    assert inventory.get(f"/products/{SKUS[1]}").raise_for_status().json()["available"] == 100_000
    reserve(inventory)


def test_what_the_supplier_says_is_shown(inventory: httpx.Client, neighbour: Supplier) -> None:
    """Products are shown with the supplier's lead times; when it says something else, that is shown soon."""
    for days in (4, 7):
        neighbour.days = days
        comes_to_say(inventory, days)
        assert inventory.get(f"/products/{SKUS[1]}").raise_for_status().json()["lead_time_days"] == days


def test_a_slow_supplier_is_heard_in_the_end(inventory: httpx.Client, neighbour: Supplier) -> None:
    """What a slow supplier says comes to be shown as well, and so it does when it has been silent for a while."""
    neighbour.takes_s, neighbour.days = SLOW_S / 10, 5
    comes_to_say(inventory, 5)
    neighbour.speaks.clear()
    listed(inventory)
    neighbour.speaks.set()
    neighbour.days = 6
    comes_to_say(inventory, 6)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_the_inventory_goes_on(inventory: httpx.Client, neighbour: Supplier, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(inventory, neighbour)
