"""What people on call can do, done to the real platform under real checkouts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from lab import control
from tests.support.document_levers import Operator, has_changed, levers
from tests.support.lab import RunningLab, running_lab
from tests.support.live_drift import drift
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("few-shoppers"), pytest.mark.timeout(300)]

TO_GATEWAYS = "load-balancer->"
ORDER = {"customer_id": "ada", "lines": [{"sku": "MUG-STONE-350", "quantity": 1}], "card_token": "card-4242"}


TUNED = {"GATEWAY_PRODUCTS_TIMEOUT_S": "1.6"}
"""What somebody had in the environment when the lab was started."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """The platform without shoppers."""
    with running_lab(tmp_path_factory.mktemp("levers"), "--no-load", env=TUNED) as running:
        yield running


@contextmanager
def shopping(edge: str) -> Iterator[list[int]]:
    """Check out again and again, never twice what has failed; yield the statuses as they come."""
    statuses: list[int] = []
    enough = threading.Event()

    def shop() -> None:
        with httpx.Client(base_url=edge, timeout=20) as client:
            while not enough.is_set():
                key = {"Idempotency-Key": uuid4().hex}
                statuses.append(client.post("/orders", json=ORDER, headers=key).status_code)

    shoppers = [threading.Thread(target=shop) for _ in range(2)]
    for shopper in shoppers:
        shopper.start()
    try:
        yield statuses
    finally:
        enough.set()
        for shopper in shoppers:
            shopper.join()


def _url(lab: RunningLab, instance: str) -> str:
    return str(lab.status()[instance]["url"])


def _metric(lab: RunningLab, instance: str, line: str) -> float:
    text = httpx.get(f"{_url(lab, instance)}/metrics").text
    return sum(float(one.split()[-1]) for one in text.splitlines() if one.startswith(line))


def test_a_changed_timeout_is_drift_and_nothing_else_is(lab: RunningLab) -> None:
    """Held against what the lab was started with, whatever whoever asks has in the environment."""
    assert drift(lab, env={"ORDER_POOL_SIZE": "9"}) == []
    lab.cli("ops", "set", "order", "payment.timeout_s=3")
    assert drift(lab) == ["setting-changed:order-service-1/payment.timeout_s=3"]
    lab.cli("ops", "undo")
    assert drift(lab) == []
    assert f"({'='.join(*TUNED.items())} when the lab was started)" in " ".join(
        lab.cli("ops", "settings", "gateway").split()
    )


def test_a_pool_and_a_timeout_are_changed_while_orders_come_in(lab: RunningLab) -> None:
    """The metric of the pool follows, and nobody notices."""
    with shopping(lab.url("edge")) as statuses:
        poll_until(lambda: len(statuses) > 5, "some orders")
        lab.cli("ops", "set", "order", "pool_size=9", "payment.timeout_s=2.5", "payment.slots=3")
        assert _metric(lab, "order-service-1", "db_client_connections_max") == 9
        seen = len(statuses)
        poll_until(lambda: len(statuses) > seen + 5, "some more orders")
        lab.cli("ops", "rollback")
        assert _metric(lab, "order-service-1", "db_client_connections_max") == 5
    assert set(statuses) == {httpx.codes.CREATED}


def test_changed_settings_are_started_with(lab: RunningLab) -> None:
    """By the environment, under the same names."""
    lab.cli("ops", "set", "order", "payment.timeout_s=2.5")
    lab.cli("ops", "set", "edge", "checks.2.health_path=/health", "checks.2.fall=3")
    lab.cli("restart", "order")
    lab.cli("restart", "edge")
    order, edge = (
        {one["name"]: one["value"] for those in lab.json("ops", "settings", name)["settings"].values() for one in those}
        for name in ("order", "edge")
    )
    assert order["payment.timeout_s"] == 2.5
    assert (edge["checks.1.health_path"], edge["checks.2.health_path"], edge["checks.2.fall"]) == (
        "/ready",
        "/health",
        3,
    )
    lab.cli("ops", "rollback")


def test_further_gateways_and_workers_take_their_share(lab: RunningLab) -> None:
    """And leave without losing anything."""
    with shopping(lab.url("edge")) as statuses:
        lab.cli("ops", "scale", "gateway", "3")
        lab.cli("ops", "scale", "worker", "2")
        served = f"{_url(lab, 'api-gateway-3')}/metrics"
        poll_until(lambda: "/orders" in httpx.get(served).text, "a request at the third gateway")
        poll_until(
            lambda: _metric(lab, "fulfilment-worker-2", "messaging_messages_processed_total") > 0,
            "work at the second worker",
        )
        lab.cli("ops", "scale", "worker", "1")
        lab.cli("ops", "scale", "gateway", "2")
        seen = len(statuses)
        poll_until(lambda: len(statuses) > seen + 5, "some more orders")
    assert set(statuses) == {httpx.codes.CREATED}


def test_a_drained_restart_of_the_gateways_loses_no_checkout(lab: RunningLab) -> None:
    """Not one, although a checkout that failed is not tried again."""
    with shopping(lab.url("edge")) as statuses:
        poll_until(lambda: len(statuses) > 5, "some orders")
        lab.cli("ops", "restart", "gateway")
        seen = len(statuses)
        poll_until(lambda: len(statuses) > seen + 5, "some more orders")
    assert set(statuses) == {httpx.codes.CREATED}


def _ways(lab: RunningLab) -> dict[str, dict[str, Any]]:
    """Return what the process that carries calls tells of each way from the load balancer, by the replica's name."""
    try:
        told: dict[str, dict[str, Any]] = httpx.get(f"{lab.url('mesh')}/proxies", trust_env=False).json()
    except httpx.TransportError:
        return {}
    return {name.removeprefix(TO_GATEWAYS): way for name, way in told.items() if name.startswith(TO_GATEWAYS)}


def _backends(lab: RunningLab) -> list[str]:
    settings = lab.json("ops", "settings", "edge")["settings"]["load-balancer-1"]
    backends = next(one["value"] for one in settings if one["name"] == "backends")
    return [one["url"].removeprefix("http://") for one in backends]


def _is_swallowed(address: str) -> bool:
    try:
        httpx.get(f"http://{address}/health", trust_env=False, timeout=1)
    except httpx.TimeoutException:
        return True
    return False


def test_a_drained_gateway_leaves_the_rotation_and_comes_back_the_same_way(lab: RunningLab) -> None:
    """Once, and through the process that carries calls."""
    before = _backends(lab)
    assert before == [_ways(lab)[f"api-gateway-{n}"]["listen"] for n in (1, 2)]
    lab.cli("ops", "drain", "api-gateway-2")
    assert _backends(lab) == before[:1]
    lab.cli("ops", "undo")
    assert _backends(lab) == before


def test_a_further_gateway_has_a_way_of_its_own(lab: RunningLab) -> None:
    """On which the network can be bad; it outlives the process that carries calls, and goes with the gateway."""
    lab.cli("ops", "scale", "gateway", "3")
    ways = _ways(lab)
    assert ways["api-gateway-3"]["upstream"] == _url(lab, "api-gateway-3").removeprefix("http://")
    assert _backends(lab) == [ways[f"api-gateway-{n}"]["listen"] for n in (1, 2, 3)]
    lab.cli("chaos inject", "network.partition", "--on", "load-balancer->api-gateway-3", "--for", "1m")
    assert _is_swallowed(ways["api-gateway-3"]["listen"])
    lab.cli("chaos stop", "network.partition")
    assert not _is_swallowed(ways["api-gateway-3"]["listen"])
    lab.kill("mesh")
    poll_until(lambda: _ways(lab) == ways, "the same ways")
    lab.cli("ops", "scale", "gateway", "2")
    assert _ways(lab).keys() == {"api-gateway-1", "api-gateway-2"}
    lab.cli("ops", "scale", "gateway", "4")
    lab.cli("reset", within_s=120)
    assert _ways(lab).keys() == {"api-gateway-1", "api-gateway-2"}
    assert _backends(lab) == [ways[f"api-gateway-{n}"]["listen"] for n in (1, 2)]


def test_a_further_worker_has_what_is_put_on_all_workers(lab: RunningLab) -> None:
    """The activation ends everywhere."""
    setting = "payment.timeout_s"
    usual = _values(lab, "worker", setting)["fulfilment-worker-1"]
    lab.cli("chaos inject", "setting.change", "--on", "fulfilment-worker", "--set", f"{setting}=7.5")
    lab.cli("ops", "scale", "worker", "2")
    assert set(_values(lab, "worker", setting).values()) == {7.5}
    lab.cli("chaos stop", "setting.change")
    assert _values(lab, "worker", setting) == {"fulfilment-worker-1": usual, "fulfilment-worker-2": usual}
    lab.cli("ops", "scale", "worker", "1")


def _values(lab: RunningLab, name: str, setting: str) -> dict[str, Any]:
    told = lab.json("ops", "settings", name)["settings"]
    return {instance: one["value"] for instance, those in told.items() for one in those if one["name"] == setting}


def test_a_message_nobody_understands_ends_before_a_person(lab: RunningLab) -> None:
    """Put aside, shown, sent round again in vain, discarded, and back when that is undone."""
    lab.cli("ops", "set", "worker", "max_deliveries=1")
    number = control.call(
        lab.home, "message.publish", queue="order-queue", topic="order.placed", body="{not json", headers={}
    )["id"]

    def dead() -> list[str]:
        return [one["id"] for one in lab.json("ops", "dead-letters", "list")["dead_letters"]]

    poll_until(lambda: number in dead(), "the dead letter")
    shown = lab.json("ops", "dead-letters", "show", number)
    assert (shown["body"], shown["topic"], shown["deliveries"]) == ("{not json", "order.placed", 1)
    assert shown["reason"]
    lab.cli("ops", "dead-letters", "replay", number)
    poll_until(lambda: number in dead(), "the dead letter again")
    lab.cli("ops", "dead-letters", "discard", number)
    assert number not in dead()
    lab.cli("ops", "undo")
    assert number in dead()
    assert control.call(lab.home, "message.discard", queue="order-queue", id=number) == {"found": True}
    assert number not in dead()


def test_every_lever_of_the_document_helps_and_can_be_taken_back(lab: RunningLab) -> None:
    """Typed as a runbook has it; the lab is then as it was, and sells."""
    operator = Operator(lab)
    before, known = operator.in_force(), len(operator.acts())
    pulled = {lever: operator.pull(lever) for lever in levers()}
    assert [lever for lever, act in pulled.items() if act["outcome"] != "done" or not has_changed(act)] == []
    poll_until(lambda: operator.dead() or None, "the letter that nobody understands, again")
    operator.take_back(operator.acts()[known:])
    assert operator.in_force() == before
    assert operator.typed("lab status")["healthy"]
    key = {"Idempotency-Key": uuid4().hex}
    assert httpx.post(f"{lab.url('edge')}/orders", json=ORDER, headers=key).status_code == httpx.codes.CREATED


def test_caches_are_flushed(lab: RunningLab) -> None:
    """Each service tells how much it has forgotten."""
    httpx.get(f"{lab.url('edge')}/products")
    assert lab.json("ops", "flush", "inventory")["now"]["inventory-service-1"].keys() == {"offers"}
    assert lab.json("ops", "flush", "gateway", "products")["now"]["api-gateway-1"]["products"] > 0
    assert lab.json("ops", "flush", "order")["now"]["order-service-1"]["prices"] > 0


@pytest.mark.parametrize("door", ["edge", "storefront"])
@pytest.mark.parametrize("path", ["/-/settings", "/-/drain", "/-", "//-/settings", "/%2D/settings", "/-/caches"])
def test_the_public_does_not_get_at_the_levers(lab: RunningLab, door: str, path: str) -> None:
    """Neither at those of the door itself nor, through it, at those behind."""
    for method in ("GET", "POST", "PATCH", "DELETE"):
        answer = httpx.request(method, f"{lab.url(door)}{path}", json={} if method != "GET" else None)
        assert answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED), (method, answer.text)


def test_nothing_about_the_levers_is_logged_by_the_services(lab: RunningLab) -> None:
    """What the controller does through them must not be read there."""
    control.call(lab.home, "setting.change", name="payment", settings={"card_network.timeout_s": 0.4})
    control.call(lab.home, "setting.restore", instance="payment-service-1", settings=["card_network.timeout_s"])
    logs = lab.home.logs.glob("payment-service-*.log")
    assert not [
        line for log in logs for line in log.read_text().splitlines() if "/-/" in line or "card_network" in line
    ]
