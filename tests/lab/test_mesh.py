"""The process that carries the platform's calls, in a running lab: unseen, and no loss when it dies."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest

from lab.topology import platform
from tests.support.lab import RunningLab, running_lab
from tests.support.polling import poll_until

pytestmark = pytest.mark.live

ORDERS = 12
KILLED_AT = (3, 7)
GIVEAWAYS = ("chaos", "fault", "toxic", "proxy")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """The platform without load."""
    with running_lab(tmp_path_factory.mktemp("mesh"), "--no-load") as lab:
        yield lab


@pytest.fixture
def shop(lab: RunningLab) -> Iterator[httpx.Client]:
    """Return a customer's client."""
    with httpx.Client(base_url=lab.url("edge"), trust_env=False, timeout=20) as client:
        yield client


def place(shop: httpx.Client, key: str) -> str:
    """Place an order as a patient customer does, who repeats it under its key until it is taken; return its id."""
    order = {"customer_id": "ada", "lines": [{"sku": "TEA-EARL-100", "quantity": 1}], "card_token": "tok_visa_4242"}

    def attempt() -> str:
        try:
            answer = shop.post("/orders", json=order, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            return ""
        return str(answer.json()["order_id"]) if answer.is_success else ""

    return poll_until(attempt, f"order {key} to be taken")


def status(shop: httpx.Client, order_id: str) -> str:
    """Return the state of an order, nothing when it cannot be told just now."""
    answer = shop.get(f"/orders/{order_id}")
    return str(answer.json()["status"]) if answer.is_success else ""


def wait_until_fulfilled(shop: httpx.Client, order_id: str) -> None:
    """Wait until an order has been carried out."""
    poll_until(lambda: status(shop, order_id) == "fulfilled", f"{order_id} to be fulfilled")


def test_no_order_is_lost_when_it_is_killed(lab: RunningLab, shop: httpx.Client) -> None:
    """It comes back with the same edges; every order that was placed is fulfilled, none twice."""
    edges = lab.url("mesh")
    before = httpx.get(f"{edges}/proxies", trust_env=False).json()
    orders = []
    for number in range(ORDERS):
        if number in KILLED_AT:
            lab.kill("mesh")
        orders.append(place(shop, f"key-{number}"))
    assert len(set(orders)) == ORDERS
    for order_id in orders:
        wait_until_fulfilled(shop, order_id)
    history = shop.get("/customers/ada/orders").raise_for_status().json()
    assert len(history["orders"]) == ORDERS
    assert httpx.get(f"{edges}/proxies", trust_env=False).json() == before
    assert sorted(before) == sorted(edge.name for edge in platform().edges(0))


def test_nothing_that_can_be_seen_gives_it_away(lab: RunningLab, shop: httpx.Client) -> None:
    """Neither its name, nor its title, nor any log but its own, which is kept apart; telemetry names real callees."""
    place(shop, "seen")
    title = " ".join(psutil.Process(lab.pid("mesh")).cmdline()).strip()
    assert title == "mesh"
    records = lab.records()
    assert "mesh" not in {record["replica"] for record in records}
    platforms_own = [json.dumps(record) for record in records if record["service"] != "lab"]
    assert not [text for text in platforms_own if any(word in text for word in GIVEAWAYS)]
    peers = httpx.get(f"{lab.url('order')}/metrics", trust_env=False).text
    assert 'peer="payment-service"' in peers


def test_partition_of_one_edge_leaves_the_others_alone(lab: RunningLab) -> None:
    """What is swallowed between load balancer and gateway arrives between order and inventory."""
    ways: dict[str, Any] = {edge.name: edge.port for edge in platform().edges(platform_port(lab))}
    cut = [name for name in ways if name.startswith("load-balancer->")]
    aimed = [word for name in cut for word in ("--on", name)]
    lab.cli("chaos inject", "network.partition", *aimed, "--for", "1m")
    with pytest.raises(httpx.TimeoutException):
        health(ways[cut[0]], within_s=1)
    assert health(ways["order-service->inventory-service"]) == httpx.codes.OK
    lab.cli("chaos stop", "network.partition")
    assert health(ways[cut[0]]) == httpx.codes.OK


def health(port: int, within_s: float = 20) -> int:
    """Ask whoever is behind a port whether it is alive; return the status."""
    return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False, timeout=within_s).status_code


def platform_port(lab: RunningLab) -> int:
    """Return the lab's first port: the load balancer's."""
    return int(lab.url("edge").rpartition(":")[2])


def test_it_keeps_on_while_the_lab_is_reset(lab: RunningLab, shop: httpx.Client) -> None:
    """Services come and go behind it."""
    before = lab.pid("mesh")
    lab.cli("reset")
    assert lab.pid("mesh") == before
    assert place(shop, "after-the-reset")
