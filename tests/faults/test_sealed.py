"""Whoever looks for the cause finds symptoms: nothing that a service shows names a fault or says that one is on."""

import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from services.chassis.actions.registry import actions_of, lasting_of
from services.chassis.settings import ServiceSettings
from tests.support.fake_controller import KEY, FakeController, armed
from tests.support.gateways import stand_in_gateways
from tests.support.order_neighbours import CARD, DECLINED, SOLD_OUT, UNKNOWN, Fate, order_neighbours
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.polling import poll_until
from tests.support.proof import REPOSITORY, service_under_proof

FAULTS = sorted(
    f"{path.parts[-3]}.{path.stem}" for path in REPOSITORY.glob("services/*/faults/*.py") if path.stem != "__init__"
)
SHOWN_TO_ALL = ("/health", "/ready", "/metrics", "/openapi.json", "/no-such-page")


def order_and_invoice(billing: httpx.Client) -> list[httpx.Response]:
    """Have an order invoiced, replayed, and the ledger reconciled."""
    line = {"sku": "MUG-1", "name": "Mug", "quantity": 3, "unit_price_cents": 1999, "tax_percent": 19}
    event = {
        "event_id": uuid4().hex,
        "type": "order.placed",
        "order_id": uuid4().hex,
        "customer_id": "ada",
        "occurred_at": "2025-11-22T03:00:00Z",
        "lines": [line],
        "discount_cents": 0,
        "total_cents": 5997,
    }
    posted = [billing.post("/events", json=event) for _ in range(3)]
    return [*posted, billing.post("/ledger/reconciliation"), billing.get("/ledger"), billing.get("/invoices/none")]


def sell_stock(inventory: httpx.Client) -> list[httpx.Response]:
    """Look at products, reserve some, ask for more than there is, give units back, look again."""
    few, many = ({"lines": [{"sku": "MUG-STONE-350", "quantity": units}]} for units in (2, 99))
    orders = [uuid4().hex for _ in range(100)]
    answers = [inventory.get("/products"), inventory.get("/products/MUG-STONE-350")]
    answers += [inventory.put(f"/reservations/{order}", json=many) for order in orders]
    answers += [inventory.put(f"/reservations/{order}", json=few) for order in orders[:2]]
    answers += [
        inventory.post(f"/reservations/{order}/{what}") for order in orders[:2] for what in ("commit", "release")
    ]
    return [*answers, inventory.get("/products"), inventory.get("/products/MUG-STONE-350")]


def place_orders(order: httpx.Client) -> list[httpx.Response]:
    """Place orders that are taken, refused, and taken after trouble with a neighbour; look at them."""
    asked = [(sku, card) for sku in ("MUG", UNKNOWN, SOLD_OUT) for card in (CARD, DECLINED)] * 2
    placed = [
        order.post("/orders", json={"customer_id": "ada", "lines": [{"sku": sku, "quantity": 1}], "card_token": card})
        for sku, card in asked
    ]
    return [*placed, order.get("/customers/ada/orders"), order.get(f"/orders/{placed[0].json().get('order_id')}")]


def pay_for_orders(payment: httpx.Client) -> list[httpx.Response]:
    """Ask for payments while nobody can be reached at the card network."""
    paid = {"amount_cents": 1000, "card_token": "card-4242"}
    asked = [payment.put(f"/payments/order-{number}", json=paid) for number in range(3)]
    return [*asked, payment.post("/payments/order-1/capture", json=paid), payment.post("/payments/order-2/cancel")]


def message_and_order(worker: httpx.Client) -> list[httpx.Response]:
    """Put a message that cannot be handled into the queue, and an order behind it."""
    bad, good = {"order_id": uuid4().hex, "lines": None}, {"order_id": uuid4().hex}
    sent = [{"queue": "order-queue", "topic": "order.placed", "body": body} for body in (bad, good, "{")]
    answers = [worker.post("/-/messages", json=message) for message in sent]
    poll_until(
        lambda: (
            "messaging_messages_processed_total{" in worker.get("/metrics").text or not worker.get("/ready").is_success
        ),
        "one of them to be met, or the queue to be away",
    )
    return [*answers, worker.get("/-/dead-letters")]


def shopping(edge: httpx.Client) -> list[httpx.Response]:
    """Have pages passed on until the load balancer leaves a gateway out."""
    answers = [edge.get("/shop/window") for _ in range(4)]
    poll_until(lambda: re.search(r"backend_up{.*} 0\.0", edge.get("/metrics").text), "one to be left out")
    return [*answers, edge.get("/shop/window")]


def hold_money(provider: httpx.Client) -> list[httpx.Response]:
    """Ask for authorisations; who gets no answer goes on."""
    answers = []
    for number in range(20):
        asked = {"reference": f"order-{number}", "amount_cents": 1000, "card_token": "card-4242"}
        with suppress(httpx.TimeoutException):
            answers.append(provider.post("/card/authorisations", json=asked, timeout=0.5))
    return answers


def check_out(gateway: httpx.Client) -> list[httpx.Response]:
    """Send checkouts while nobody can be reached behind the gateway."""
    order = {"customer_id": "ada", "lines": [{"sku": "MUG", "quantity": 1}], "card_token": CARD}
    return [gateway.post("/orders", json=order) for _ in range(3)]


TRAFFIC: dict[str, Callable[[httpx.Client], Sequence[httpx.Response]]] = {
    "billing": order_and_invoice,
    "edge": shopping,
    "gateway": check_out,
    "inventory": sell_stock,
    "order": place_orders,
    "payment": pay_for_orders,
    "worker": message_and_order,
    "provider": hold_money,
}
"""Service → requests in which its faults show."""
AWAY: dict[str, dict[str, str]] = {
    "gateway": {f"GATEWAY_{name}_URL": "http://127.0.0.1:1" for name in ("ORDER", "INVENTORY", "BILLING")},
    "inventory": {f"INVENTORY_{name}_URL": "http://127.0.0.1:1" for name in ("SUPPLIER", "PAYMENT")},
    "payment": {f"PAYMENT_{name}_URL": "http://127.0.0.1:1" for name in ("CARD_NETWORK", "ORDER")},
}
"""Service → where its neighbours are not: settings that it does not start without."""


@contextmanager
def neighbours_of(service: str, place: Path) -> Iterator[dict[str, str]]:
    """Yield what a service has to be told of whom it calls."""
    if service == "order":
        with order_neighbours() as running, TemporaryDirectory() as folder:
            running.fates += [Fate.ANSWER_LOST] * 4
            yield running.environment(folder)
    elif service == "edge":
        with stand_in_gateways("/ready", "/ready") as gateways:
            yield {"EDGE_BACKENDS": json.dumps([gateway.settings() for gateway in gateways])}
    elif service == "worker":
        away = {f"WORKER_{name}_URL": "http://127.0.0.1:1" for name in ("ORDER", "INVENTORY", "PAYMENT", "BILLING")}
        yield {"WORKER_BROKER_URL": f"sqlite+aiosqlite:///{place}/broker.db", **away}
    else:
        yield AWAY.get(service, {})


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_that_is_shown_names_the_fault(fault: str, tmp_path: Path) -> None:
    """While a fault is on, answers, headers, metrics, logs and spans do not say so."""
    service, what_goes_wrong = fault.split(".")
    telling = re.compile(rf"{what_goes_wrong}|\bfault|chaos|\bswitch", re.IGNORECASE)
    with OtlpReceiver() as receiver, neighbours_of(service, tmp_path) as told:
        environment = {**told, "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "OTEL_TRACES_EXPORTER": "otlp"}
        with (
            service_under_proof(service, fault=fault, environment=environment) as process,
            httpx.Client(base_url=process.url, timeout=30) as client,
        ):
            answers = [*TRAFFIC[service](client), *(client.get(path) for path in SHOWN_TO_ALL)]
            poll_until(receiver.spans, "spans of the requests")
            log = process.log.read_text()
        spans = receiver.spans()

    shown = [f"{answer.headers} {answer.text}" for answer in answers] + [log] + [repr(span) for span in spans]
    assert log
    assert [telling.findall(text) for text in shown if telling.search(text)] == []


class AnyService(ServiceSettings):
    """A service to which everything can happen."""

    service = "any-service"
    database_url: str = "sqlite+aiosqlite:////data/own.db"
    broker_url: str = "sqlite+aiosqlite:////data/broker.db"


_SETTINGS = AnyService(instance="any-service-1", port=0)
ACTIONS = sorted(one.name for one in (*actions_of(_SETTINGS), *lasting_of(_SETTINGS)))
PARAMS: dict[str, dict[str, Any]] = {
    "api.delay": {"delay_ms": 50},
    "process.clock_offset": {"offset_s": 3_600},
    "process.cpu_burn": {"cores": 0.1},
    "process.disk_fill": {"mb": 4},
    "process.memory_ballast": {"mb": 16},
}
TELLING = re.compile(
    r"actions?[./]|exchange|malform|dropped.response|cpu.burn|ballast|disk.fill|clock.offset|keeper|side\.py|inject"
    r"|\bfault|chaos|\bswitch|" + "|".join(map(re.escape, ACTIONS)),
    re.IGNORECASE,
)
BEAT_S = 0.5
SHOWN_ANYWAY = re.compile(r"services/chassis/(exchanges|statements)\.py|\.switch\(|\bexchange\.send\b")
"""Where every request and every statement passes, whatever is on: such a line in a traceback says nothing."""


class Forgiving(httpx.HTTPTransport):
    """A way to a service whose connections may break: that, too, is an answer."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask."""
        try:
            return super().handle_request(request)
        except httpx.TransportError as error:
            return httpx.Response(599, text=type(error).__name__, request=request)


@contextmanager
def _kept_on(controller: FakeController, name: str) -> Iterator[int]:
    """Have an action on in the service that dials `controller`, renewed as a controller does; yield its pid."""
    conversation, ended = controller.accept(), threading.Event()

    def renew(rev: int) -> None:
        conversation.send(conversation.state({name: armed(**PARAMS.get(name, {}))}, rev=rev))
        conversation.ack()

    def beat() -> None:
        for rev in itertools.count(2):
            if ended.wait(BEAT_S):
                return
            renew(rev)

    renew(1)
    with ThreadPoolExecutor(1) as pool:
        beating = pool.submit(beat)
        try:
            yield conversation.hello.pid
        finally:
            ended.set()
        beating.result()


def _names_of_processes(pid: int) -> list[str]:
    process = psutil.Process(pid)
    return [" ".join(one.cmdline()).strip() for one in (process, *process.children(recursive=True))]


@pytest.mark.parametrize("name", ACTIONS)
def test_nothing_that_is_shown_names_the_action(name: str, tmp_path: Path) -> None:
    """While an action is on, nothing in answers, headers, metrics, logs, spans and lists of processes says so."""
    service = "worker" if name.startswith("queue.") else "billing"
    (tmp_path / "channel.key").write_bytes(KEY)
    with OtlpReceiver() as receiver, FakeController() as controller, neighbours_of(service, tmp_path) as told:
        environment = {
            f"{service.upper()}_CHANNEL": controller.channel,
            f"{service.upper()}_CHANNEL_KEY_FILE": str(tmp_path / "channel.key"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint,
            "OTEL_TRACES_EXPORTER": "otlp",
            **told,
        }
        with (
            service_under_proof(service, environment=environment) as process,
            _kept_on(controller, name) as pid,
            httpx.Client(base_url=process.url, transport=Forgiving(), timeout=30) as client,
        ):
            answers = list(TRAFFIC[service](client) if service in TRAFFIC else [])
            answers += [client.get(path) for path in SHOWN_TO_ALL]
            poll_until(receiver.spans, "spans of the requests")
            if name == "queue.error":
                poll_until(lambda: "queue.unavailable" in process.log.read_text(), "the queue to be missed")
            if name == "process.cpu_burn":
                poll_until(lambda: len(set(_names_of_processes(pid))) == 1, "one name for all")
            log = process.log.read_text()
            listed = _names_of_processes(pid)
        spans = receiver.spans()

    assert len(listed) == (2 if name == "process.cpu_burn" else 1)
    shown = [f"{answer.headers} {answer.text}" for answer in answers] + [log, *listed] + [repr(span) for span in spans]
    shown = [SHOWN_ANYWAY.sub("", text) for text in shown]
    assert log
    assert [TELLING.findall(text) for text in shown if TELLING.search(text)] == []
