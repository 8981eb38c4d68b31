"""Metrics of a lab's replicas, which come, go, fail and are started anew."""

import json
import time
from pathlib import Path

import httpx
import pytest

from observability.evidence.model import Selector
from observability.evidence.store.buffer import Buffer
from observability.evidence.store.head import Head
from observability.evidence.store.scraper import Scraper, Targets
from observability.evidence.store.selecting import Recent
from tests.support.polling import poll_until_async

pytestmark = pytest.mark.anyio


class Shop:
    """A lab's state, and what its replicas show."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state.json"
        self.shown: dict[int, str | None] = {}
        self.asked: list[int] = []
        self.buffer = Buffer(10)
        self.head = Head(self.buffer, last_number=0, before_s=float("-inf"))
        targets = Targets(self.state, ("order-service", "edge"))
        self.scraper = Scraper(self.head, targets, every_s=2, within_s=1, recent_s=600)
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def run(self, **ports: int) -> None:
        """Have these replicas, by name, and a controller."""
        replicas = {name.replace("_", "-"): port for name, port in ports.items()}
        records = {
            name: {"service": name.rsplit("-", 1)[0], "url": f"http://127.0.0.1:{port}"}
            for name, port in replicas.items()
        }
        records["controller"] = {"service": "controller", "url": "http://127.0.0.1:9"}
        self.state.write_text(json.dumps({"replicas": records}))

    async def look(self) -> None:
        """Look at all of them."""
        await self.scraper.look(self.client)

    def now(self, metric: str) -> dict[str, float]:
        """Return the present value of a metric by replica."""
        at_s = max((track.looks.times[-1] for track in Recent(self.head)(Selector("up"))), default=0.0)
        found = [(track.labels["instance"], track.at(at_s)) for track in Recent(self.head)(Selector(metric))]
        return {instance: value for instance, value in found if value is not None}

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url.port is not None
        self.asked.append(request.url.port)
        text = self.shown.get(request.url.port)
        if text is None:
            raise httpx.ConnectError("nobody there")
        return httpx.Response(200, text=text)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """One with two replicas."""
    made = Shop(tmp_path)
    made.shown = {1: "orders_total 1\n", 2: "orders_total 2\n", 9: "chaos_active 1\n"}
    made.run(order_service_1=1, order_service_2=2)
    return made


async def test_only_the_services_are_looked_at(shop: Shop) -> None:
    """What the controller counts is sealed."""
    await shop.look()
    assert sorted(shop.asked) == [1, 2]
    assert shop.now("orders_total") == {"order-service-1": 1, "order-service-2": 2}
    assert shop.now("up") == {"order-service-1": 1, "order-service-2": 1}


async def test_one_that_does_not_answer_is_down_and_its_series_end(shop: Shop) -> None:
    """Until it answers again."""
    await shop.look()
    shop.shown[1] = None
    await shop.look()
    assert shop.now("up") == {"order-service-1": 0, "order-service-2": 1}
    assert shop.now("orders_total") == {"order-service-2": 2}
    shop.shown[1] = "orders_total 0\n"
    await shop.look()
    assert shop.now("orders_total") == {"order-service-1": 0, "order-service-2": 2}


async def test_one_that_has_gone_is_neither_up_nor_down(shop: Shop) -> None:
    """And may come back under the same name, elsewhere."""
    await shop.look()
    shop.run(order_service_2=2)
    await shop.look()
    assert (shop.now("up"), shop.now("orders_total")) == ({"order-service-2": 1}, {"order-service-2": 2})
    shop.shown[3] = "orders_total 5\n"
    shop.run(order_service_1=3, order_service_2=2)
    await shop.look()
    assert shop.now("orders_total") == {"order-service-1": 5, "order-service-2": 2}
    assert len(shop.head.tracks("orders_total")) == 2


async def test_only_what_changes_is_kept(shop: Shop) -> None:
    """Looked at ten times, written once."""
    for _ in range(10):
        await shop.look()
    rows = shop.buffer.take().rows
    assert len(rows["samples"]) == 4
    assert len(rows["scrapes"]) == 20


async def test_own_labels_of_a_service_step_back(shop: Shop) -> None:
    """As Prometheus has it; a label that is empty is none."""
    shop.shown[1] = 'calls_total{service="other",peer=""} 1\ncalls_created{service="other"} 1\n'
    await shop.look()
    (track,) = shop.head.tracks("calls_total")
    assert track.labels == {
        "exported_service": "other", "service": "order-service", "instance": "order-service-1",
    }  # fmt: skip
    assert shop.head.tracks("calls_created") == []


async def test_what_ended_long_ago_is_forgotten(shop: Shop) -> None:
    """So that replicas which come and go do not fill the memory."""
    await shop.look()
    shop.run(order_service_2=2)
    await shop.look()
    at_s = shop.head.tracks("up")[0].looks.times[-1]

    async def later() -> bool:
        return time.time() > at_s + 0.005

    await poll_until_async(later, "a later moment")
    await shop.look()
    shop.head.forget(at_s + 0.001)
    assert [track.labels["instance"] for track in shop.head.tracks("orders_total")] == ["order-service-2"]


async def test_without_a_state_there_is_nobody(shop: Shop) -> None:
    """Half a file neither."""
    shop.state.write_text('{"replicas": ')
    await shop.look()
    assert shop.asked == []
