"""A payment service under proof, the card network behind it, and somebody at the till in front."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx

from tests.support.bank import Bank
from tests.support.polling import poll_until
from tests.support.proof import Subject, under_proof

AMOUNT = 1000
CARD = "card-4242"
DECLINED_CARD = "card-0002"
PATIENCE_S = 20.0
SOON_S = 10.0

Json = dict[str, object]


class Silence(AssertionError):
    """Nobody answered while we listened."""


class Till:
    """Asks for payments of orders. `bank` is the card network."""

    def __init__(self, client: httpx.Client, bank: Bank) -> None:
        self.client = client
        self.bank = bank

    @staticmethod
    def orders(number: int) -> list[str]:
        """Return ids of orders that are new."""
        return [uuid4().hex for _ in range(number)]

    def authorise(
        self,
        order: str,
        card: str = CARD,
        *,
        amount_cents: int = AMOUNT,
        within_s: float | None = None,
        listens_s: float | None = None,
    ) -> httpx.Response:
        """Ask to hold the money. Payment is told `within_s`; we go away after five times that, or `listens_s`."""
        return self._ask("PUT", f"/payments/{order}", _paid(card, amount_cents), within_s, listens_s)

    def capture(self, order: str, card: str = CARD, *, within_s: float | None = None) -> httpx.Response:
        """Ask to take the money."""
        return self._ask("POST", f"/payments/{order}/capture", _paid(card, AMOUNT), within_s)

    def hold(self, card: str = CARD) -> str:
        """Ask for a new order until its money is held; return it. On a busy machine that may take another try."""
        (order,) = self.orders(1)
        poll_until(lambda: _stands(self.authorise(order, card)) == "authorised", "money to be held", within_s=SOON_S)
        return order

    def charge(self, order: str, card: str = CARD) -> None:
        """Ask until the money is taken."""
        poll_until(lambda: _stands(self.capture(order, card)) == "captured", "money to be taken", within_s=SOON_S)

    def trade(self) -> None:
        """See that on a good day a card is charged, once, and a card that is declined is not."""
        order = self.hold()
        self.charge(order)
        self.charge(order)
        assert self.bank.trail(order) == ["authorisation", "capture"]
        (declined,) = self.orders(1)
        poll_until(lambda: _stands(self.authorise(declined, DECLINED_CARD)) == "declined", "a refusal", within_s=SOON_S)
        assert status_of(self.capture(declined, DECLINED_CARD)) == "declined"
        assert "capture" not in self.bank.trail(declined)

    def status(self, order: str) -> str:
        """Return where the payment of an order stands."""
        return self.look(order)

    def look(self, order: str, *, listens_s: float = PATIENCE_S) -> str:
        """Return where the payment of an order stands. Raises `Silence`."""
        return status_of(self._heard("GET", f"/payments/{order}", listens_s))

    def cancel(self, order: str, *, listens_s: float = PATIENCE_S) -> str:
        """Give an order up; return where its payment stands then. Raises `Silence`."""
        return status_of(self._heard("POST", f"/payments/{order}/cancel", listens_s))

    def at_once(
        self,
        orders: Sequence[str],
        card: str = CARD,
        *,
        within_s: float | None = None,
        listens_s: float | None = None,
    ) -> list[str]:
        """Have all of them authorised at the same time; return how each stands, `error`, or `silence`."""

        def outcome(order: str) -> str:
            try:
                answer = self.authorise(order, card, within_s=within_s, listens_s=listens_s)
            except Silence:
                return "silence"
            return _stands(answer)

        with ThreadPoolExecutor(len(orders)) as pool:
            return list(pool.map(outcome, orders))

    def _ask(
        self, method: str, path: str, paid: Json, within_s: float | None, listens_s: float | None = None
    ) -> httpx.Response:
        headers = {} if within_s is None else {"X-Request-Timeout-Ms": f"{within_s * 1000:.0f}"}
        listens_s = listens_s or (PATIENCE_S if within_s is None else 5 * within_s)
        return self._heard(method, path, listens_s, json=paid, headers=headers)

    def _heard(self, method: str, path: str, listens_s: float, **sent: Any) -> httpx.Response:
        try:
            return self.client.request(method, path, timeout=listens_s, **sent)
        except httpx.TimeoutException as error:
            raise Silence(f"{method} {path} is not answered within {listens_s:g} s") from error


def status_of(answer: httpx.Response) -> str:
    """Return the status of a payment from an answer that has to be 200."""
    assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
    return str(answer.json()["status"])


@contextmanager
def till(subject: Subject, more: Mapping[str, str] | None = None, **limits: float) -> Iterator[Till]:
    """Run the payment service of `subject` on a card network of the test's; `limits` are those of calls to it.

    `more` is what else it is told.
    """
    with Bank() as bank:
        environment = {
            "PAYMENT_CARD_NETWORK_URL": bank.url,
            "PAYMENT_RECONCILIATION_INTERVAL_S": "3600",
            **(more or {}),
        }
        environment |= {f"PAYMENT_CARD_NETWORK__{name.upper()}": f"{value:g}" for name, value in limits.items()}
        pool = httpx.Limits(max_connections=None)
        with (
            under_proof(subject, environment) as process,
            httpx.Client(base_url=process.url, timeout=PATIENCE_S, limits=pool) as client,
        ):
            yield Till(client, bank)


def _stands(answer: httpx.Response) -> str:
    return str(answer.json().get("status")) if answer.is_success else "error"


def _paid(card: str, amount_cents: int) -> Json:
    return {"amount_cents": amount_cents, "card_token": card}
