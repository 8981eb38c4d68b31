"""The lab in containers, on real back ends: it comes up, it is seen, it is broken, it loses nothing.

One stack for all; the order is that of the file. Skipped, with the reason, where there is no engine or no images.
"""

import json
import sys
import time
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import httpx
import pytest

from tests.support.dashboards import NEED_LOSS, NEED_TROUBLE, silent
from tests.support.polling import poll_until
from tests.support.stack import RunningStack, reason_to_skip, running_stack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.xdist_group("compose"),
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(reason_to_skip()), reason=reason_to_skip()),
]

MEMORY_MB = 3072
SEEN_WITHIN_S = 60.0
BACK_WITHIN_S = 90.0
SKU = "TEA-EARL-100"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """Everything but what cannot be had here."""
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


def _ask(url: str, **parameters: str) -> Any:
    answer = httpx.get(url, params=parameters, timeout=20, trust_env=False)
    answer.raise_for_status()
    return answer.json()


def _firing(stack: RunningStack) -> set[str]:
    alerts = _ask(stack.url("prometheus", 9090) + "/api/v1/alerts")["data"]["alerts"]
    return {one["labels"]["alertname"] for one in alerts if one["state"] == "firing"}


def _routed(stack: RunningStack) -> set[str]:
    return {one["labels"]["alertname"] for one in _ask(stack.url("alertmanager", 9093) + "/api/v2/alerts")}


def _paged(stack: RunningStack) -> set[str]:
    notices = _ask(stack.url("evidence-store-1", 8108) + "/api/pager")["notices"]
    return {alert["name"] for one in notices if one["event"] != "resolved" for alert in one["alerts"]}


def _check_out(stack: RunningStack, trace: str = "") -> dict[str, Any]:
    body = {"customer_id": "ada", "lines": [{"sku": SKU, "quantity": 1}], "card_token": "card-4242"}
    answer = httpx.post(
        stack.url("load-balancer-1", 8080) + "/orders",
        json=body,
        headers={
            "Idempotency-Key": token_hex(16),
            **({"traceparent": f"00-{trace}-{token_hex(8)}-01"} if trace else {}),
        },
        timeout=10,
        trust_env=False,
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_everything_comes_up_healthy_and_within_its_memory(
    stack: RunningStack, capsys: pytest.CaptureFixture[str]
) -> None:
    """The time and the memory under the default load are printed."""
    containers = stack.containers()
    assert {name for name, one in containers.items() if one["State"] != "running"} == set()
    assert {name for name, one in containers.items() if one["Health"] not in ("", "healthy")} == set()
    sizes = stack.memory_mb()
    with capsys.disabled():
        took = f"healthy after {stack.healthy_after_s:.0f} s"
        sys.stdout.write(f"\n{took}; {len(sizes)} containers take {sum(sizes.values()):.0f} MB\n")
    assert sum(sizes.values()) < MEMORY_MB


def test_an_order_is_placed_paid_and_carried_out(stack: RunningStack) -> None:
    """Through PostgreSQL, RabbitMQ and Toxiproxy."""
    order = _check_out(stack)
    where = stack.url("load-balancer-1", 8080) + f"/orders/{order['order_id']}"
    poll_until(lambda: _ask(where)["status"] == "fulfilled", "the order to be carried out", within_s=SEEN_WITHIN_S)


def test_every_verb_answers(stack: RunningStack) -> None:
    """As in a lab on this machine."""
    assert stack.told("status")["healthy"]
    assert stack.told("load", "status")["users"] > 0
    assert stack.told("metrics", "up")
    assert stack.told("graph")["edges"]
    assert stack.told("traces")
    assert stack.lab("logs", "order", "-n", "3").count("\n") == 3
    assert stack.told("alerts")["problem"] == ""
    assert stack.told("ops", "settings", "order")
    assert stack.told("chaos", "status")["active"] == []


def test_requests_leave_complete_traces(stack: RunningStack) -> None:
    """Across every service, with logs and exemplars."""

    def whole() -> bool:
        told = stack.told("coverage", "--since", "20s")
        return all(told[what]["percent"] == 100.0 for what in ("complete", "exemplars"))

    poll_until(whole, "every request to leave a complete trace", within_s=SEEN_WITHIN_S, every_s=3)


def test_it_is_as_declared_and_what_is_changed_is_drift(stack: RunningStack) -> None:
    """Asked from within, every comparison is made but those with files that are not given; every container counts."""
    told: dict[str, Any] = {}

    def all_is_judged() -> bool:
        told.update(stack.told("drift", "--enough", "20"))
        return not any("not judged for" in note for one in told["checks"] for note in one["notes"])

    poll_until(all_is_judged, "calls of everybody", within_s=SEEN_WITHIN_S, every_s=3)
    assert told["drift"] == []
    assert {one["name"] for one in told["checks"] if one["skipped"]} == {"terraform", "kubernetes", "cloudformation"}
    compared = {one["name"]: one["compared"] for one in told["checks"]}
    assert compared["processes"] == len(stack.containers())
    stack.lab("ops", "set", "order", "payment.timeout_s=3")
    assert _drift(stack) == ["setting-changed:order-service-1/payment.timeout_s=3"]
    stack.lab("ops", "undo")
    assert stack.told("drift")["drift"] == []


def test_a_container_that_nobody_supervises_is_drift(stack: RunningStack) -> None:
    """Somebody has started a spare gateway by hand."""
    spare = ("--profile", "spare")
    stack.compose(*spare, "up", "-d", "--no-deps", "--no-recreate", "api-gateway-3")
    assert _drift(stack) == ["node-extra:api-gateway-3"]
    stack.compose(*spare, "rm", "-s", "-f", "api-gateway-3")
    assert stack.told("drift")["drift"] == []


def _drift(stack: RunningStack) -> list[str]:
    """Return the ids of what `lab drift` finds; it has to find something."""
    return [one["id"] for one in json.loads(stack.lab("drift", "--json", exit_code=1))["drift"]]


def test_every_panel_has_data(stack: RunningStack) -> None:
    """But for those that show trouble."""
    urls = {"prometheus": stack.url("prometheus", 9090), "loki": stack.url("loki", 3100)}

    def empty() -> list[str]:
        expected = {*NEED_TROUBLE, *NEED_LOSS}
        return [str(one) for one in silent(urls) if one.where not in expected]

    last: list[str] = []

    def none_is() -> bool:
        last[:] = empty()
        return not last

    try:
        poll_until(none_is, "every panel to have data", within_s=SEEN_WITHIN_S, every_s=5)
    except AssertionError:
        pytest.fail("\n".join(last))


def test_a_drill_goes_as_expected_and_pages(stack: RunningStack) -> None:
    """Through Prometheus and Alertmanager to the lab's pager, and it is over afterwards."""
    told = stack.told("chaos", "run", "billing-drift", "--seed", "1")
    assert told["outcome"] == "as-expected", told
    poll_until(lambda: "LedgerDrift" in _paged(stack), "a page", within_s=SEEN_WITHIN_S)
    poll_until(lambda: "LedgerDrift" not in _firing(stack), "the alert to resolve", within_s=SEEN_WITHIN_S)


def test_a_partition_is_seen_everywhere_and_recovers(stack: RunningStack) -> None:
    """In Prometheus, Jaeger and Loki; it pages through Alertmanager."""
    began = time.time()
    stack.lab("chaos", "inject", "network.partition", "--on", "order-service->payment-service", "--for", "40s")
    poll_until(lambda: "OrderProcessingPromptness" in _firing(stack), "Prometheus to see it", within_s=40)
    poll_until(lambda: "OrderProcessingPromptness" in _routed(stack), "Alertmanager to be told", within_s=20)
    poll_until(lambda: "OrderProcessingPromptness" in _paged(stack), "the pager", within_s=30)
    ago = f"{time.time() - began + 2:.0f}s"
    said = ("logs", "order", "--level", "warning", "--text", "payment-service", "--since", ago)
    assert stack.lab(*said).strip()
    assert stack.told("traces", "--service", "order-service", "--error", "--since", ago)
    poll_until(lambda: stack.told("chaos", "status")["active"] == [], "its end", within_s=60, every_s=2)
    poll_until(lambda: not _firing(stack), "all to be well again", within_s=240, every_s=3)


def test_settings_and_replicas_are_changed(stack: RunningStack) -> None:
    """A spare gateway joins the rotation and leaves it; a setting survives a restart."""
    stack.lab("ops", "scale", "gateway", "3")
    assert "api-gateway-3" in {one["instance"] for one in stack.told("status")["replicas"]}
    up = {"query": 'up{service="api-gateway",instance="api-gateway-3"} == 1'}
    where = stack.url("prometheus", 9090) + "/api/v1/query"
    poll_until(lambda: _ask(where, **up)["data"]["result"], "Prometheus to see it", within_s=SEEN_WITHIN_S)
    stack.lab("ops", "scale", "gateway", "2")
    stack.lab("ops", "set", "order", "pool_size=7")
    stack.lab("ops", "restart", "order")
    settings = stack.told("ops", "settings", "order")["settings"]["order-service-1"]
    assert next(one["value"] for one in settings if one["name"] == "pool_size") == 7
    stack.lab("ops", "rollback")


def test_a_paused_container_is_let_go_when_its_time_is_over(stack: RunningStack) -> None:
    """By whoever undoes."""
    stack.lab("chaos", "inject", "process.pause", "--on", "inventory-service-1", "--for", "5s")
    poll_until(lambda: stack.containers()["inventory-service-1"]["State"] == "paused", "it to stand still")
    poll_until(lambda: stack.containers()["inventory-service-1"]["State"] == "running", "it to go on")


def test_what_comes_while_a_back_end_is_away_arrives_later(stack: RunningStack) -> None:
    """The Collector keeps it on its disk, even if it is killed itself."""
    for name in ("jaeger", "loki"):
        stack.compose("pause", name)
    trace = token_hex(16)
    order = _check_out(stack, trace)
    stack.kill("otel-collector")
    poll_until(lambda: _is_well(stack, "otel-collector"), "the Collector to be back", within_s=BACK_WITHIN_S)
    for name in ("jaeger", "loki"):
        stack.compose("unpause", name)
    since = ("--since", "5m")

    def told() -> bool:
        return bool(stack.lab("logs", "order", "--text", order["order_id"], *since).strip())

    def traced() -> bool:
        answer = httpx.get(stack.url("evidence-store-1", 8108) + f"/api/traces/{trace}", timeout=20, trust_env=False)
        return answer.status_code == 200 and len(answer.json()["spans"]) > 10

    poll_until(told, "its log lines", within_s=SEEN_WITHIN_S, every_s=2)
    poll_until(traced, "its trace", within_s=SEEN_WITHIN_S, every_s=2)


def test_killing_any_container_loses_nothing(stack: RunningStack) -> None:
    """Each in turn, while shoppers shop: all come back, and the books agree in the end."""
    stack.lab("reset")
    poll_until(lambda: stack.told("load", "status")["requests"] > 100, "shoppers", within_s=60, every_s=1)
    running = [name for name, one in stack.containers().items() if one["State"] == "running"]
    for name in running:
        stack.kill(name)
        if name in ("supervisor", "engine-proxy"):  # by hand, since nobody supervises these
            stack.compose("start", name)
        poll_until(lambda name=name: _is_well(stack, name), f"{name} to be back", within_s=BACK_WITHIN_S, every_s=0.5)  # type: ignore[misc]
    stack.lab("load", "stop")
    bill: dict[str, Any] = {}

    def settled() -> bool:
        bill.update(stack.told("impact"))
        return not any(bill[what] for what in ("orders_lost", "orders_delayed", "money_wrong_cents", "stock_wrong"))

    try:
        poll_until(settled, "the books to agree", within_s=180, every_s=5)
    except AssertionError:
        pytest.fail(str(bill))
    assert bill["orders_placed"] > 50
    stack.lab("load", "set", "--users", "20")


def _is_well(stack: RunningStack, name: str) -> bool:
    one = stack.containers()[name]
    return bool(one["State"] == "running" and one["Health"] in ("", "healthy"))


def test_a_scenario_leaves_no_leak(stack: RunningStack) -> None:
    """In anything that a trainee can reach."""
    told = stack.told("leaks", "billing-drift")
    assert told["findings"] == []
