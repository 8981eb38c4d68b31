"""Evidence from replicas that expose metrics, over HTTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.probes.addresses import StateFile, Target
from chaos.probes.evidence import NoData, Selector
from chaos.probes.live import LiveEvidence
from chaos.probes.scrapes import Exposed, Scrape, increases, parsed
from observability.wiring import vocabulary
from tests.support.exposing import Exposing
from tests.support.fake_surroundings import FakeBook
from tests.support.listening import listening
from tests.support.polling import poll_until_async

EVERY_S = 0.02
DRIFT = Selector("ledger_drift_cents", "billing-service")
ORDERS = Selector("orders_total", "order-service")
WINDOW_S = 1.0


@asynccontextmanager
async def replicas(**services: tuple[str, Exposing]) -> AsyncIterator[FakeBook]:
    """Run replicas, each of a service; yield where they are."""
    book = FakeBook()
    async with AsyncExitStack() as stack:
        for instance, (service, exposing) in services.items():
            url = await stack.enter_async_context(listening(exposing.app()))
            book.targets.append(Target(instance, service, url))
            book.urls.setdefault("edge", url)
        yield book


async def total(evidence: LiveEvidence, selector: Selector) -> float:
    """Return by how much a counter has risen in the window; -1 without data."""
    try:
        return sum(sample.value for sample in await evidence.increases(selector, WINDOW_S))
    except NoData:
        return -1.0


async def test_values_come_from_every_replica_of_the_service_and_from_nobody_else() -> None:
    """By service, by replica, by label."""
    one, two, other = Exposing(), Exposing(), Exposing()
    for exposing, stock in ((one, 1), (two, 2), (other, 4)):
        exposing.metrics.gauge(vocabulary.STOCK).labels("MUG").set(stock)
        exposing.metrics.gauge(vocabulary.STOCK).labels("PEN").set(10 * stock)
    selectors = [
        Selector("stock_units", "a"),
        Selector("stock_units", "a", {"sku": "MUG"}),
        Selector("stock_units", "a2", {"sku": "M*"}),
        Selector("stock_units", None, {"sku": "PEN"}),
    ]
    async with (
        replicas(a1=("a", one), a2=("a", two), b1=("b", other)) as book,
        LiveEvidence(book, selectors, 1.0, EVERY_S) as evidence,
    ):
        found = [sum(sample.value for sample in await evidence.values(selector)) for selector in selectors]
    assert found == [33, 3, 2, 70]


async def test_what_is_not_there_is_no_data() -> None:
    """A service that nobody runs, that does not answer, that has no such metric; each says so."""
    broken = Exposing()
    broken.status = 500
    selectors = [Selector("orders_total", name) for name in ("gone", "broken", "sound")]
    async with (
        replicas(broken=("b", broken), sound=("s", Exposing())) as book,
        LiveEvidence(book, selectors, 1.0, EVERY_S) as evidence,
    ):
        for selector, why in zip(
            selectors, ("gone does not answer", "broken does not answer", "sound lacks orders_total"), strict=True
        ):
            with pytest.raises(NoData, match=why):
                await evidence.values(selector)
        with pytest.raises(NoData, match="is not among what is looked at"):
            await evidence.values(DRIFT)


async def test_a_metric_without_series_is_an_empty_list() -> None:
    """The replica has it, and nobody has raised it: that is known, unlike what is not there."""
    exposing = Exposing()
    exposing.metrics.counter(vocabulary.ORDERS)
    async with (
        replicas(o1=("order-service", exposing)) as book,
        LiveEvidence(book, [ORDERS], 1.0, EVERY_S) as evidence,
    ):
        assert await evidence.values(ORDERS) == []


async def test_a_window_that_nobody_has_watched_is_no_data() -> None:
    """Until it has been."""
    exposing = Exposing()
    exposing.metrics.gauge(vocabulary.LEDGER_DRIFT).set(3)
    async with (
        replicas(b1=("billing-service", exposing)) as book,
        LiveEvidence(book, [DRIFT], WINDOW_S, EVERY_S) as evidence,
    ):
        with pytest.raises(NoData, match="nobody has looked for 1 s yet"):
            await evidence.values(DRIFT, ago_s=WINDOW_S)

        async def watched() -> bool:
            try:
                return bool(await evidence.values(DRIFT, ago_s=WINDOW_S))
            except NoData:
                return False

        await poll_until_async(watched, "the window to be watched")


async def test_counters_rise_through_a_restart() -> None:
    """Six orders, a restart, three more: nine."""
    exposing = Exposing()
    orders = exposing.metrics.counter(vocabulary.ORDERS).labels("confirmed")
    orders.inc(100)

    async def seen_again() -> None:
        scrapes = exposing.scrapes

        async def scraped() -> bool:
            return exposing.scrapes > scrapes + 1

        await poll_until_async(scraped, "the next scrape")

    async with (
        replicas(o1=("order-service", exposing)) as book,
        LiveEvidence(book, [ORDERS], 60.0, EVERY_S) as evidence,
    ):

        async def watched() -> bool:
            return await total(evidence, ORDERS) == 0

        await poll_until_async(watched, "the window to be watched")
        orders.inc(6)
        await seen_again()
        exposing.restart()
        exposing.metrics.counter(vocabulary.ORDERS).labels("confirmed").inc(3)

        async def risen() -> bool:
            return await total(evidence, ORDERS) == 9

        await poll_until_async(risen, "nine orders", within_s=5)


async def test_the_public_api_is_asked_through_the_edge() -> None:
    """Status, time and JSON; a page that does not answer is no data."""
    exposing = Exposing()
    exposing.status = 503
    async with replicas(o1=("edge", exposing)) as book, LiveEvidence(book, [], 1.0, EVERY_S) as evidence:
        page = await evidence.page("/products")
        assert (page.status, page.json["products"][0]["sku"]) == (503, "MUG")
        assert page.took_s > 0
        assert (await evidence.page("/nowhere")).json is None
        for url in ({"edge": "http://127.0.0.1:1"}, {}):
            book.urls = url
            with pytest.raises(NoData, match="GET /products got no answer"):
                await evidence.page("/products")


def scrapes_of(values: list[float | None]) -> list[Scrape]:
    """Return a scrape for each value of one counter; None: the replica did not answer."""
    key = ("orders_total", ())
    return [
        Scrape(float(at), {} if value is None else {"o1": Exposed("o", frozenset(), {key: value})})
        for at, value in enumerate(values)
    ]


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=6), min_size=1, max_size=4), st.data())
def test_an_increase_is_what_was_counted_whatever_is_missed(lives: list[list[int]], data: st.DataObject) -> None:
    """Several lives of a process, each seen to its end; scrapes in between get lost."""
    shown: list[float | None] = [0.0]
    for number, life in enumerate(lives):
        count = shown[-1] if number == 0 else 0.0
        for more in life:
            count = (count or 0.0) + more
            shown.append(count)
    # A restart cannot be told from a pause when the new count is past the old one: that is out of reach of a counter.
    falls = all(life[0] < sum(before) for before, life in pairwise(lives))
    lost = data.draw(st.integers(0, len(shown) - 1))
    if falls:
        assert increases(scrapes_of(shown), "o1", ("orders_total", ())) == sum(map(sum, lives))
    if len(lives) == 1 and 0 < lost < len(shown) - 1:
        shown[lost] = None
        assert increases(scrapes_of(shown), "o1", ("orders_total", ())) == sum(map(sum, lives))


def test_what_appears_on_a_replica_that_was_seen_before_begins_at_nothing() -> None:
    """The first failure counts; what a new replica has counted before it was first seen does not."""
    key = ("orders_total", ())
    with_it, without = Exposed("o", frozenset(), {key: 5.0}), Exposed("o")
    assert increases([Scrape(0, {"o1": without}), Scrape(1, {"o1": with_it})], "o1", key) == 5
    assert increases([Scrape(0, {}), Scrape(1, {"o1": with_it})], "o1", key) == 0


def test_only_what_is_wanted_is_parsed() -> None:
    """With labels that hold anything, and values that are not finite."""
    text = '# TYPE a counter\na{x="q\\"}\\n"} 1\na_more 2\n# TYPE b gauge\nb +Inf\nnonsense with a space {\n'
    exposed = parsed("s", text, {"a", "b"})
    assert exposed.families == {"a", "b"}
    assert exposed.series == {("a", (("x", 'q"}\n'),)): 1.0, ("b", ()): inf}


def test_addresses_come_from_the_state_of_the_running_lab(tmp_path: Path) -> None:
    """Whatever is in the file now; nobody while there is none."""
    file = tmp_path / "state.json"
    book = StateFile(file)
    assert book.replicas() == []
    with pytest.raises(LookupError, match="this lab has no edge"):
        book.url("edge")
    file.write_text(
        '{"urls": {"edge": "http://127.0.0.1:1"}, "replicas": {"a-1": {"service": "a", "url": "http://127.0.0.1:7"}}}'
    )
    assert book.replicas() == [Target("a-1", "a", "http://127.0.0.1:7")]
    assert book.url("edge") == "http://127.0.0.1:1"


async def test_settings_are_asked_of_each_replica_that_answers() -> None:
    """By service and by replica; who is down is passed over."""
    one, two, down = Exposing(), Exposing(), Exposing()
    one.settings, two.settings = {"pool_size": 5, "path": "/ready"}, {"pool_size": 8}
    down.status = 503
    async with (
        replicas(a1=("a", one), a2=("a", two), a3=("a", down)) as book,
        LiveEvidence(book, [], 1.0, EVERY_S) as evidence,
    ):
        found = await evidence.settings("pool_size", "a")
        assert {sample.instance: sample.value for sample in found} == {"a1": 5, "a2": 8}
        assert [sample.value for sample in await evidence.settings("pool_size", "a2")] == [8]
        for name, of, why in (
            ("pool_size", "gone", "gone does not answer"),
            ("pool_size", "a3", "a3 does not answer"),
            ("slots", "a", "a has no setting slots that is a number"),
            ("path", "a", "a has no setting path that is a number"),
        ):
            with pytest.raises(NoData, match=why):
                await evidence.settings(name, of)
