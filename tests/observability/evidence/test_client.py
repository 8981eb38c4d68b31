"""A store that is asked over HTTP answers as if it were here."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from observability.evidence.api import router
from observability.evidence.client import RemoteEvidence
from observability.evidence.errors import BadQuery, NotFound, Unavailable
from observability.evidence.evidence import Evidence
from observability.evidence.model import LogQuery, Matcher, Sample, Selector, TraceQuery, Window
from tests.support.memory_evidence.evidence import MemoryEvidence
from tests.support.memory_evidence.shop import ATTEMPT, DURATION, shop, trace_id

pytestmark = pytest.mark.anyio
NOW_S = 1_800_000_000.125
WINDOW = Window(NOW_S - 299.9, NOW_S - 0.1)
ORDERS = Selector("orders_total", (Matcher("outcome", "!=", 'what"ever\\'), Matcher("service", "=~", "order.*")))
BUCKETS = Selector(f"{DURATION}_bucket", (Matcher("service", "=", "order-service"),))


@pytest.fixture
def here() -> MemoryEvidence:
    """Evidence in this process."""
    return shop(NOW_S)


@pytest.fixture
async def there(here: MemoryEvidence) -> AsyncIterator[RemoteEvidence]:
    """The same, over HTTP."""
    app = FastAPI()
    app.include_router(router(here))
    async with RemoteEvidence("http://store", transport=httpx.ASGITransport(app)) as remote:
        yield remote


@pytest.mark.parametrize(
    "question",
    [
        lambda e: e.now(),
        lambda e: e.metrics(),
        lambda e: e.instant(ORDERS),
        lambda e: e.instant(ORDERS, NOW_S - 100.3),
        lambda e: e.range(ORDERS, WINDOW, 7.3),
        lambda e: e.increase(ORDERS, WINDOW),
        lambda e: e.increase(ORDERS, WINDOW, ()),
        lambda e: e.rate(ORDERS, WINDOW, ("outcome", "service")),
        lambda e: e.rates(Selector(f"{ATTEMPT}_count"), WINDOW, 11.1, 30.5, ("service", "peer")),
        lambda e: e.quantile(Selector(DURATION), 0.95, WINDOW),
        lambda e: e.quantile(Selector(DURATION), 0.123456789, WINDOW, ("service",)),
        lambda e: e.exemplars(BUCKETS, WINDOW),
        lambda e: e.exemplars(BUCKETS, WINDOW, 3),
        lambda e: e.red(WINDOW),
        lambda e: e.red(WINDOW, "route"),
        lambda e: e.red(WINDOW, "edge"),
        lambda e: e.traces(TraceQuery(), WINDOW),
        lambda e: e.traces(TraceQuery(error=True), WINDOW, 2),
        lambda e: e.traces(TraceQuery(error=False, service="order-service"), WINDOW, 5, "5"),
        lambda e: e.traces(TraceQuery(None, "INSERT orders", 1e-05, 0.001, attributes={"order": "3"}), WINDOW),
        lambda e: e.trace(trace_id(9)),
        lambda e: e.trace(trace_id(9)[:10]),
        lambda e: e.logs(LogQuery(), WINDOW, 7),
        lambda e: e.logs(LogQuery("order-service-1", "warning", "WORDS & more"[:5], trace_id(9)[:8], None), WINDOW),
        lambda e: e.logs(LogQuery(event="order.placed"), WINDOW, 5, "5"),
        lambda e: e.graph(WINDOW),
        lambda e: e.correlate(BUCKETS, WINDOW, 3),
    ],
)
async def test_every_question_has_the_same_answer(
    here: MemoryEvidence, there: RemoteEvidence, question: Callable[[Evidence], Awaitable[object]]
) -> None:
    """To the last digit, and with something in it."""
    answer = await question(here)
    assert answer
    assert await question(there) == answer


async def test_pages_lead_to_one_another(there: RemoteEvidence) -> None:
    """The cursor of a page asks for the next, until there is none."""
    seen, cursor = [], None
    while True:
        page = await there.traces(TraceQuery(), WINDOW, 7, cursor)
        seen += [one.trace_id for one in page.items]
        if (cursor := page.cursor) is None:
            break
    assert seen == [trace_id(number) for number in reversed(range(30))]


async def test_refusals_are_the_errors_that_they_were(there: RemoteEvidence) -> None:
    """The sentence comes along."""
    with pytest.raises(BadQuery, match="regular expression"):
        await there.instant(Selector("up", (Matcher("service", "=~", "("),)))
    with pytest.raises(BadQuery, match=r"share from 0 to 1|less than or equal"):
        await there.quantile(Selector(DURATION), 1.5, WINDOW)
    with pytest.raises(NotFound, match="no trace 'a/b'"):
        await there.trace("a/b")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="hello"),
        httpx.Response(200, json={"now": 5}),
        httpx.Response(404, json={"detail": "Not Found"}),
        httpx.Response(500, text="oops"),
        httpx.Response(503, json={"type": "urn:problem:unavailable", "detail": "The store is being started."}),
    ],
)
async def test_whatever_else_answers_is_no_store(answer: httpx.Response) -> None:
    """A page of somebody else, an old version, a crash."""
    async with RemoteEvidence("http://store", transport=httpx.MockTransport(lambda _: answer)) as remote:
        with pytest.raises(Unavailable):
            await remote.now()


async def test_nobody_there_is_told_with_the_address() -> None:
    """Over the network."""
    async with RemoteEvidence("http://127.0.0.1:9") as remote:
        with pytest.raises(Unavailable, match=r"does not answer at http://127\.0\.0\.1:9"):
            await remote.metrics()


async def test_what_is_no_number_arrives() -> None:
    """A series may show NaN, and an infinity."""
    odd = MemoryEvidence(NOW_S)
    odd.expose("odd", {"service": "a", "instance": "a-1"}, [(NOW_S, float("-inf"))])
    app = FastAPI()
    app.include_router(router(odd))
    async with RemoteEvidence("http://store", transport=httpx.ASGITransport(app)) as remote:
        labels = {"service": "a", "instance": "a-1"}
        assert await remote.instant(Selector("odd")) == [Sample(labels, float("-inf"), NOW_S)]
