"""Proof for `inventory.lost_update`: what is promised is taken off the stock, whoever else wants it at that moment.

Two replicas share one database, as they do wherever one is not enough. The proof asks both for reservations at once and
compares what they promised with what is left on the shelf.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from random import Random
from uuid import uuid4

import httpx
import pytest

from tests.support.back_ends import BackEnd, database_url
from tests.support.proof import Subject, subjects, under_proof

pytestmark = pytest.mark.usefixtures("back_end_of_module")

FAULT = "inventory.lost_update"
Lines = Mapping[str, int]
AT_ONCE = 16
ROUNDS = 3
TRIES = 5
PLENTY, LITTLE = 100_000, 10
SHELF = {f"PLENTY-{n}": PLENTY for n in range(3)} | {f"LITTLE-{n}": LITTLE for n in range(ROUNDS)}


def answered(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Return the first answer that is not "come again": a database that others hold for long is no answer."""
    for _ in range(TRIES):
        answer = ask()
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
    return answer


@dataclass(frozen=True)
class Shop:
    """Both replicas. Of what they have just started with, only the products are known."""

    replicas: Sequence[httpx.Client]

    def left(self) -> Counter[str]:
        """Return the units that can be reserved now, by SKU."""
        listed = self.replicas[0].get("/products").raise_for_status().json()["products"]
        return Counter({one["sku"]: one["available"] for one in listed})

    def reserve(self, order: str, lines: Lines, replica: int = 0) -> httpx.Response:
        """Ask for units."""
        wanted = [{"sku": sku, "quantity": quantity} for sku, quantity in lines.items()]
        return answered(lambda: self.replicas[replica].put(f"/reservations/{order}", json={"lines": wanted}))

    def release(self, order: str, replica: int = 0) -> httpx.Response:
        """Give units back."""
        return answered(lambda: self.replicas[replica].post(f"/reservations/{order}/release"))

    def at_once(self, calls: Sequence[Callable[[int], httpx.Response]]) -> list[httpx.Response]:
        """Make `calls` side by side, each of the replica that it is told, in turn."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            waiting = [pool.submit(call, replica) for call, replica in zip(calls, cycle((0, 1)), strict=False)]
            return [one.result() for one in waiting]

    def rush(self, baskets: Sequence[Lines]) -> list[httpx.Response]:
        """Have as many orders as there are baskets ask at once."""
        return self.at_once([_reserving(self, uuid4().hex, basket) for basket in baskets])


def _reserving(shop: Shop, order: str, lines: Lines) -> Callable[[int], httpx.Response]:
    return lambda replica: shop.reserve(order, lines, replica)


def _releasing(shop: Shop, order: str) -> Callable[[int], httpx.Response]:
    return lambda replica: shop.release(order, replica)


def promised(answers: Sequence[httpx.Response]) -> Counter[str]:
    """Return the units that reservations hold, by SKU."""
    units: Counter[str] = Counter()
    for answer in answers:
        if answer.status_code == httpx.codes.OK:
            units.update({line["sku"]: line["quantity"] for line in answer.json()["lines"]})
    return units


def every_order_gets_its_units(shop: Shop) -> None:
    """Orders that ask two replicas for the same product at once all get it, and all of it is taken off the stock."""
    for _ in range(ROUNDS):
        before = shop.left()
        answers = shop.rush([{"PLENTY-0": 1 + n % 3} for n in range(24)])
        assert [answer.status_code for answer in answers] == [200] * 24
        assert before - shop.left() == promised(answers)


def baskets_add_up(shop: Shop) -> None:
    """Several products in one order, of either replica: each is taken off the stock as often as it is promised."""
    chance = Random(3)  # noqa: S311 -- the same baskets every time
    for _ in range(ROUNDS):
        before = shop.left()
        answers = shop.rush(
            [{f"PLENTY-{n}": chance.randint(1, 9) for n in chance.sample(range(3), 3)} for _ in range(16)]
        )
        assert [answer.status_code for answer in answers] == [200] * 16
        assert before - shop.left() == promised(answers)


def the_last_units_are_sold_once(shop: Shop) -> None:
    """Of what there is too little of exactly what there is is promised; whoever comes too late is told so."""
    for sku in (sku for sku in SHELF if sku.startswith("LITTLE")):
        there = shop.left()[sku]
        answers = shop.rush([{sku: 1}] * (2 * LITTLE))
        assert {answer.status_code for answer in answers} == {200, 409}
        assert promised(answers)[sku] == there
        assert shop.left()[sku] == 0


def what_comes_back_is_not_forgotten(shop: Shop) -> None:
    """Units that are given back while the other replica promises some are on the shelf again."""
    for _ in range(ROUNDS):
        leaving = [uuid4().hex for _ in range(12)]
        held = [shop.reserve(order, {"PLENTY-2": 5}) for order in leaving]
        assert [answer.status_code for answer in held] == [200] * 12
        before = shop.left()
        calls = [
            call
            for order in leaving
            for call in (_reserving(shop, uuid4().hex, {"PLENTY-2": 2}), _releasing(shop, order))
        ]
        assert {answer.status_code for answer in shop.at_once(calls)} == {200}
        assert shop.left()["PLENTY-2"] - before["PLENTY-2"] == 12 * 5 - 12 * 2


CLAIMS = (
    every_order_gets_its_units,
    baskets_add_up,
    the_last_units_are_sold_once,
    what_comes_back_is_not_forgotten,
)


@pytest.fixture(scope="module", params=subjects(FAULT), ids=str)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Return whose code is asked."""
    chosen: Subject = request.param
    return chosen


@pytest.fixture(scope="module")
def shop(back_end_of_module: BackEnd, subject: Subject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Return two replicas that have just been filled."""
    folder = tmp_path_factory.mktemp("shop")
    environment = {
        "INVENTORY_DATABASE_URL": database_url(folder, "inventory"),
        "INVENTORY_PRODUCTS_FILE": str(filled(folder)),
        "INVENTORY_CACHE_TTL_S": "0",
        "INVENTORY_RESTOCK_BELOW": "0",
        "INVENTORY_SUPPLIER_URL": "http://127.0.0.1:1",
    }
    with (
        under_proof(subject, environment) as one,
        under_proof(subject, environment) as other,
        httpx.Client(base_url=one.url, timeout=30) as here,
        httpx.Client(base_url=other.url, timeout=30) as there,
    ):
        yield Shop((here, there))


def filled(folder: Path) -> Path:
    """Write down what is on the shelf at first."""
    file = folder / "products.json"
    about = {"description": "", "price_cents": 100, "tax_percent": 20}
    file.write_text(json.dumps([{"sku": sku, "name": sku, "units": units, **about} for sku, units in SHELF.items()]))
    return file


@pytest.mark.serves
def test_a_reservation_is_made_once_and_given_back(shop: Shop) -> None:
    """An order gets its units, gets the same answer again, and gives them back."""
    order, before = uuid4().hex, shop.left()
    held = shop.reserve(order, {"PLENTY-1": 4})
    assert (held.status_code, held.json()["state"]) == (200, "held")
    assert shop.reserve(order, {"PLENTY-1": 4}, replica=1).json() == held.json()
    assert before - shop.left() == Counter({"PLENTY-1": 4})
    assert shop.release(order).json()["state"] == "released"
    assert shop.left() == before


def test_a_basket_is_promised_as_a_whole_or_not_at_all(shop: Shop) -> None:
    """Too little of one product leaves the others where they are, and says which."""
    before = shop.left()
    refused = shop.reserve(uuid4().hex, {"PLENTY-0": 1, "LITTLE-0": 99, "PLENTY-1": 1})
    assert refused.status_code == 409
    assert [short["sku"] for short in refused.json()["shortages"]] == ["LITTLE-0"]
    assert shop.left() == before


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_no_unit_is_promised_twice_unless_the_fault_is_on(
    shop: Shop, subject: Subject, claim: Callable[[Shop], None]
) -> None:
    """Each claim holds on the repaired code and fails on the shipped bug."""
    with subject.expected():
        claim(shop)
