"""What the order service calls, as a real server of the test's: an inventory and a payment service in one.

What becomes of a call is said by what is ordered: there are products that do not exist and such as are sold out, cards
that are declined, and cards that are looked at until the test lets them go.
"""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum, auto
from typing import Any

from tests.support.answering import Json, answering
from tests.support.back_ends import sqlite_url

PRICES = {"MUG": 1490, "TEA": 890}
UNKNOWN, SOLD_OUT, UNLISTED = "NO-SUCH", "SOLD-OUT", "UNLISTED"
CARD, DECLINED, LOOKED_AT = "card-good", "card-declined", "card-looked-at"
LONGEST_LOOK_S = 20.0


class Fate(Enum):
    """What becomes of a request to reserve something."""

    ANSWERED = auto()
    ANSWER_LOST = auto()
    """It is done, and the connection breaks before that is said."""
    NOT_HEARD = auto()
    """The connection breaks before anything is done."""


class Neighbours:
    """An inventory that holds what it is asked for, and a payment service that authorises what it is asked for."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.held: dict[str, list[Json]] = {}
        """Reservation → lines that are held for it."""
        self.fates: deque[Fate] = deque()
        """What becomes of the next requests to reserve something; when there are none left, they are answered."""
        self.is_open = True
        """Whether the inventory does anything at all."""
        self.looked_at: list[str] = []
        """Orders whose card is being looked at, or was."""
        self.let_go = threading.Event()
        self._turn = threading.Lock()

    def environment(self, folder: Any) -> dict[str, str]:
        """Return what an order service has to be told to call these; its queue is in `folder`."""
        return {
            "ORDER_INVENTORY_URL": self.url,
            "ORDER_PAYMENT_URL": self.url,
            "ORDER_BROKER_URL": sqlite_url(folder, "broker"),
        }

    def answer(self, method: str, path: str, body: Json) -> tuple[int, Json] | None:
        """Return what to say to a request, None: nothing."""
        match [method, *path.strip("/").split("/")]:
            case ["GET", "products"] if self.is_open:
                return 200, {"products": [_product(sku) for sku in PRICES]}
            case ["PUT", "reservations", key] if self.is_open:
                return self._reserve(key, body["lines"])
            case ["POST", "reservations", key, "release"] if self.is_open:
                self.held.pop(key, None)
                return 200, {"order_id": key, "state": "released", "lines": []}
            case ["PUT", "payments", order_id]:
                return 200, {"status": self._authorise(order_id, body["card_token"])}
        return 503, _problem("busy", 503)

    def _reserve(self, key: str, lines: list[Json]) -> tuple[int, Json] | None:
        with self._turn:
            fate = self.fates.popleft() if self.fates else Fate.ANSWERED
            if fate is Fate.NOT_HEARD:
                return None
            skus = {line["sku"] for line in lines}
            if UNKNOWN in skus:
                return 404, _problem("unknown-sku", 404)
            if SOLD_OUT in skus:
                return 409, _problem("out-of-stock", 409) | {"shortages": []}
            self.held[key] = lines
        reserved = [_reserved(line["sku"], line["quantity"]) for line in lines]
        return None if fate is Fate.ANSWER_LOST else (200, {"order_id": key, "state": "held", "lines": reserved})

    def _authorise(self, order_id: str, card_token: str) -> str:
        if card_token == LOOKED_AT:
            self.looked_at.append(order_id)
            self.let_go.wait(LONGEST_LOOK_S)
        return "declined" if card_token == DECLINED else "authorised"


@contextmanager
def order_neighbours() -> Iterator[Neighbours]:
    """Run both on a free port."""

    def answer(method: str, path: str, body: Json) -> tuple[int, Json] | None:
        return neighbours.answer(method, path, body)

    with answering(answer) as port:
        neighbours = Neighbours(port)
        try:
            yield neighbours
        finally:
            neighbours.let_go.set()


def _product(sku: str) -> Json:
    return {"sku": sku, "name": sku.title(), "price_cents": PRICES[sku], "tax_percent": 20, "available": 100}


def _reserved(sku: str, quantity: int) -> Json:
    named: Mapping[str, Any] = {"sku": sku, "name": sku.title(), "tax_percent": 20}
    return {**named, "quantity": quantity, "unit_price_cents": PRICES[sku]}


def _problem(code: str, status: int) -> Json:
    return {"type": f"urn:problem:{code}", "title": code, "status": status, "detail": f"{code}."}
