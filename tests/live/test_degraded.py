"""Degraded, not down: what customers can still do while a part of the platform gives no answer."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest

from tests.support.customers import GOOD_CARD, SKUS
from tests.support.judge import Books, findings
from tests.support.lab import RunningLab, running_lab
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

AGAIN_WITHIN_S = 120.0


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab in which only the test shops."""
    with running_lab(tmp_path_factory.mktemp("degraded"), "--no-load") as lab:
        yield lab


@contextmanager
def frozen(lab: RunningLab, *instances: str) -> Iterator[None]:
    """Stop processes in their tracks: their sockets stay open and nothing answers."""
    with ExitStack() as stack:
        for instance in instances:
            pid = lab.pid(instance)
            stack.callback(os.kill, pid, signal.SIGCONT)
            os.kill(pid, signal.SIGSTOP)
        yield


def place(lab: RunningLab, key: str) -> dict[str, Any]:
    """Check out; it must be accepted."""
    body = {"customer_id": "berta", "lines": [{"sku": SKUS[1], "quantity": 1}], "card_token": GOOD_CARD}
    placed = httpx.post(f"{lab.url('edge')}/orders", json=body, headers={"Idempotency-Key": key}, timeout=30)
    assert placed.status_code == httpx.codes.CREATED, placed.text
    order: dict[str, Any] = placed.json()
    return order


def order(lab: RunningLab, order_id: str) -> dict[str, Any]:
    """Return an order as its customer sees it."""
    seen: dict[str, Any] = httpx.get(f"{lab.url('edge')}/orders/{order_id}", timeout=30).json()
    return seen


def has_heard_of_products(port: int) -> bool:
    """Whether a gateway has a copy of the product list to fall back on."""
    metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
    return 'periodic_runs_total{job="products.refresh",outcome="done"}' in metrics


def fulfilled(lab: RunningLab, order_id: str) -> dict[str, Any]:
    """Return an order once it has been carried out, with nothing wrong in any book."""
    poll_until(
        lambda: order(lab, order_id)["status"] == "fulfilled", "the order to be carried out", within_s=AGAIN_WITHIN_S
    )
    books = Books(lab.home.data)
    poll_until(lambda: not books.unsettled(), "everything to be dealt with", within_s=AGAIN_WITHIN_S)
    assert findings(books, [order_id]) == []
    return order(lab, order_id)


def test_without_inventory_pages_show_the_last_known_stock_and_orders_are_flagged(lab: RunningLab) -> None:
    """Product pages say that stock is being confirmed; an order is taken and marked for review until it is."""
    shop = lab.url("edge")
    # Either replica may answer, and each has a copy of its own.
    replicas = [replica for replica in lab.status().values() if replica["service"] == "api-gateway"]
    poll_until(lambda: all(has_heard_of_products(replica["port"]) for replica in replicas), "product pages")
    poll_until(
        lambda: len(Books(lab.home.data).rows("order", "SELECT sku FROM known_prices")) > 0, "prices to be known"
    )
    with frozen(lab, "inventory-service-1"):
        for path in ("/products", f"/products/{SKUS[1]}"):
            for _ in replicas:
                page = httpx.get(f"{shop}{path}", timeout=30)
                assert page.status_code == httpx.codes.OK
                product = page.json()["products"][0] if path == "/products" else page.json()
                assert product["availability"] == "being-confirmed"
        taken = place(lab, "without-inventory")
        assert taken["needs_review"] is True
        assert taken["status"] == "confirmed"
    assert fulfilled(lab, taken["order_id"])["needs_review"] is False


def test_without_the_card_network_orders_wait_as_payment_pending(lab: RunningLab) -> None:
    """The order is accepted, completed once the network is back, and charged once."""
    with frozen(lab, "payment-provider-1"):
        taken = place(lab, "without-cards")
        assert taken["status"] == "payment_pending"
        assert order(lab, taken["order_id"])["status"] == "payment_pending"
    fulfilled(lab, taken["order_id"])
    captures = "SELECT count(*) FROM card_ledger WHERE kind = 'capture' AND reference = "
    assert Books(lab.home.data).count("provider", f"{captures}'{taken['order_id']}'") == 1


def test_without_billing_and_worker_events_wait(lab: RunningLab) -> None:
    """Orders go on being accepted; their events wait in outbox and queue, and are dealt with afterwards."""
    with frozen(lab, "billing-service-1", "fulfilment-worker-1"):
        taken = [place(lab, f"without-worker-{number}") for number in range(3)]
        assert {one["status"] for one in taken} == {"confirmed"}
        assert Books(lab.home.data).unsettled().keys() >= {"orders"}
        invoices = httpx.get(f"{lab.url('edge')}/customers/berta/invoices", timeout=30)
        assert invoices.status_code in {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT}
        assert invoices.headers["content-type"] == "application/problem+json"
    for one in taken:
        fulfilled(lab, one["order_id"])
    poll_until(
        lambda: (
            {one["order_id"] for one in taken}
            <= {i["order_id"] for i in httpx.get(f"{lab.url('edge')}/customers/berta/invoices").json()["invoices"]}
        ),
        "invoices",
    )
