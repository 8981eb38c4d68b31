"""Proof for `inventory.cache_never_expires`: product pages show the stock as it is, or was a moment ago.

How long such a moment may be is a setting. Pages are judged by when they say that their stock was read, and by what was
sold before; not by when a test got to see them, which on a busy machine may be much later.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.back_ends import BackEnd
from tests.support.polling import poll_until
from tests.support.proof import Subject, subjects, under_proof

pytestmark = pytest.mark.usefixtures("back_end_of_module")

FAULT = "inventory.cache_never_expires"
TTL_S = 0.4
PATIENCE_S = 5 * TTL_S
UNITS = 1000
SKUS = ("LAMP", "MUG", "TEA")
Json = dict[str, Any]
Claim = Callable[[httpx.Client], None]


def page(inventory: httpx.Client, sku: str) -> Json:
    """Return a product's page."""
    offer: Json = inventory.get(f"/products/{sku}").raise_for_status().json()
    return offer


def listed(inventory: httpx.Client) -> dict[str, Json]:
    """Return the list of products, by SKU."""
    return {one["sku"]: one for one in inventory.get("/products").raise_for_status().json()["products"]}


def shown(inventory: httpx.Client, sku: str) -> tuple[int, int]:
    """Return the units of a product by its page and by the list."""
    return page(inventory, sku)["available"], listed(inventory)[sku]["available"]


def reserve(inventory: httpx.Client, sku: str, units: int) -> str:
    """Reserve units; return the order."""
    order = uuid4().hex
    lines = [{"sku": sku, "quantity": units}]
    assert inventory.put(f"/reservations/{order}", json={"lines": lines}).status_code == httpx.codes.OK
    return order


def comes_to_show(inventory: httpx.Client, sku: str, units: int) -> None:
    """Fail when somebody who looks later than the setting allows, and has looked all the time, is not shown `units`."""
    latest = monotonic() + PATIENCE_S

    def look() -> bool:
        is_late = monotonic() > latest
        seen = shown(inventory, sku)
        assert seen == (units, units) or not is_late, f"{seen} units of {sku} are shown; there are {units}"
        return seen == (units, units)

    poll_until(look, f"{units} units of {sku} to be shown", every_s=TTL_S / 10)


def sales_are_seen(inventory: httpx.Client) -> None:
    """What was sold is no longer shown as being there, on the product's page and in the list."""
    before, _ = shown(inventory, "MUG")
    order = reserve(inventory, "MUG", 7)
    comes_to_show(inventory, "MUG", before - 7)
    assert inventory.post(f"/reservations/{order}/release").is_success
    comes_to_show(inventory, "MUG", before)


def what_is_sold_out_is_shown_as_sold_out(inventory: httpx.Client) -> None:
    """A product that is gone is shown as gone, to somebody who has looked at it before, too."""
    left, _ = shown(inventory, "LAMP")
    while left:
        units = min(left, 99)
        reserve(inventory, "LAMP", units)
        left -= units
    comes_to_show(inventory, "LAMP", 0)


def figures_are_read_anew(inventory: httpx.Client) -> None:
    """Others sell, too: a figure is shown for as long as the setting says, however often people look at it."""
    readings: set[str] = set()

    def look() -> bool:
        asked_at = datetime.now(UTC)
        offers = [page(inventory, "TEA"), listed(inventory)["TEA"]]
        readings.update(offer["as_of"] for offer in offers)
        age_s = max((asked_at - datetime.fromisoformat(offer["as_of"])).total_seconds() for offer in offers)
        assert age_s <= PATIENCE_S, f"what is shown was read {age_s:.1f} s ago; the setting says {TTL_S} s"
        return len(readings) >= 3

    poll_until(look, "figures that were read later", every_s=TTL_S / 20)


CLAIMS = (sales_are_seen, what_is_sold_out_is_shown_as_sold_out, figures_are_read_anew)


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def inventory(
    back_end_of_module: BackEnd, subject: Subject, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Return a client of an inventory that has just been filled."""
    environment = {
        "INVENTORY_PRODUCTS_FILE": str(filled(tmp_path_factory.mktemp("shelf"))),
        "INVENTORY_CACHE_TTL_S": str(TTL_S),
        "INVENTORY_RESTOCK_BELOW": "0",
        "INVENTORY_SUPPLIER_URL": "http://127.0.0.1:1",
    }
    with under_proof(subject, environment) as process, httpx.Client(base_url=process.url, timeout=30) as client:
        yield client


def filled(folder: Path) -> Path:
    """Write down what is on the shelf at first."""
    file = folder / "products.json"
    about = {"description": "", "price_cents": 100, "tax_percent": 20, "units": UNITS}
    file.write_text(json.dumps([{"sku": sku, "name": sku.title(), **about} for sku in SKUS]))
    return file


@pytest.mark.serves
def test_products_can_be_looked_at_and_reserved(inventory: httpx.Client) -> None:
    """A product's page and the list show the same, and what is shown can be reserved."""
    assert sorted(listed(inventory)) == sorted(SKUS)
    assert shown(inventory, "TEA") == (UNITS, UNITS)
    assert inventory.post(f"/reservations/{reserve(inventory, 'TEA', 1)}/release").json()["state"] == "released"


def test_a_page_is_not_a_query(inventory: httpx.Client) -> None:
    """Many who look at the same page at the same time cost a few queries, not one each."""
    before = queries(inventory)
    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(lambda _: page(inventory, "TEA"), range(100)))) == 100
    assert queries(inventory) - before <= 50


def queries(inventory: httpx.Client) -> float:
    """Return how many queries the service has made."""
    lines = inventory.get("/metrics").text.splitlines()
    name = "db_client_operation_duration_seconds_count"
    return sum(float(line.split()[1]) for line in lines if line.startswith(name) and '"SELECT"' in line)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_pages_are_true_unless_the_fault_is_on(inventory: httpx.Client, subject: Subject, claim: Claim) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(inventory)
