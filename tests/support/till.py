"""A payment service under proof, the card network behind it, and somebody at the till in front."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import httpx

from tests.support.bank import Bank
from tests.support.proof import Subject, under_proof

AMOUNT = 1000
CARD = "card-4242"
DECLINED_CARD = "card-0002"
PATIENCE_S = 20.0


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
        self, order: str, card: str = CARD, *, amount_cents: int = AMOUNT, within_s: float | None = None
    ) -> httpx.Response:
        """Ask to hold the money; with `within_s` say how long we listen."""
        return self.client.put(f"/payments/{order}", json=_paid(card, amount_cents), headers=_listening(within_s))

    def capture(self, order: str, card: str = CARD, *, within_s: float | None = None) -> httpx.Response:
        """Ask to take the money."""
        return self.client.post(f"/payments/{order}/capture", json=_paid(card, AMOUNT), headers=_listening(within_s))

    def cancel(self, order: str) -> httpx.Response:
        """Ask to give it back."""
        return self.client.post(f"/payments/{order}/cancel")

    def status(self, order: str) -> str:
        """Return where the payment of an order stands."""
        return status_of(self.client.get(f"/payments/{order}"))

    def at_once(self, orders: Sequence[str], card: str = CARD, *, within_s: float | None = None) -> list[str]:
        """Have all of them authorised at the same time; return how each stands, or how that was refused."""
        with ThreadPoolExecutor(len(orders)) as pool:
            asked = pool.map(lambda order: self.authorise(order, card, within_s=within_s), orders)
            return [status_of(answer) if answer.is_success else f"{answer.status_code}" for answer in asked]


def status_of(answer: httpx.Response) -> str:
    """Return the status of a payment from an answer that has to be 200."""
    assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
    return str(answer.json()["status"])


@contextmanager
def till(subject: Subject, **limits: float) -> Iterator[Till]:
    """Run the payment service of `subject` on a card network of the test's; `limits` are those of calls to it."""
    with Bank() as bank:
        environment = {"PAYMENT_CARD_NETWORK_URL": bank.url}
        environment |= {f"PAYMENT_CARD_NETWORK__{name.upper()}": f"{value:g}" for name, value in limits.items()}
        pool = httpx.Limits(max_connections=None)
        with (
            under_proof(subject, environment) as process,
            httpx.Client(base_url=process.url, timeout=PATIENCE_S, limits=pool) as client,
        ):
            yield Till(client, bank)


def _paid(card: str, amount_cents: int) -> dict[str, object]:
    return {"amount_cents": amount_cents, "card_token": card}


def _listening(within_s: float | None) -> dict[str, str]:
    return {} if within_s is None else {"X-Request-Timeout-Ms": f"{within_s * 1000:.0f}"}
