"""The interface over HTTP: what is asked arrives, what is wrong is refused with what to write, all is described."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from observability.evidence.api import router
from observability.evidence.errors import Unavailable
from observability.evidence.model import Sample, Selector
from tests.support.memory_evidence.evidence import MemoryEvidence
from tests.support.memory_evidence.shop import shop

pytestmark = pytest.mark.anyio
NOW_S = 1_800_000_000.0


@pytest.fixture
def app() -> FastAPI:
    """The API of a shop's evidence."""
    made = FastAPI()
    made.include_router(router(shop(NOW_S)))
    return made


@pytest.fixture
async def api(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://store/api") as client:
        yield client


@pytest.mark.parametrize(
    ("question", "advice"),
    [
        ("/instant", "`selector` is missing: add it"),
        ("/instant?selector=a{", "at the end"),
        ("/instant?selector=up&at=soon", "how long ago"),
        ("/range?selector=up&step=0s", "15s, for instance"),
        ("/range?selector=up&step=1ms", "0.0273s or more"),
        ("/rates?selector=up&over=0", "1m, for instance"),
        ("/rate?selector=up&start=1m&end=5m", "a start that is earlier than the end"),
        ("/quantile?selector=up&q=2", "less than or equal to 1"),
        ("/quantile?selector=up&q=nan", "`q` cannot be"),
        ("/red?by=customer", "'service', 'route' or 'edge'"),
        ("/traces?limit=0", "greater than or equal to 1"),
        ("/traces?limit=100000", "less than or equal to 1000"),
        ("/traces?min_duration=long", "500ms"),
        ("/traces?attribute=order", "key=value"),
        ("/traces?error=maybe", "`error` cannot be 'maybe'"),
        ("/traces?cursor=xyz", "the page before"),
        ("/logs?level=loud", "debug, info, warning, error, critical"),
        ("/graph?start=2027-01-01T00:00:00", "Z for UTC"),
        ('/instant?selector=up{service=~"("}', "regular expression"),
    ],
)
async def test_senseless_question_is_a_problem_that_says_what_to_write(
    api: httpx.AsyncClient, question: str, advice: str
) -> None:
    """RFC 9457, status 422."""
    answer = await api.get(question)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("urn:problem:bad-query", 422)
    assert advice in problem["detail"]


async def test_unknown_trace_is_not_found(api: httpx.AsyncClient) -> None:
    """A problem as well."""
    answer = await api.get("/traces/ffff")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:problem:not-found")


async def test_silent_store_is_unavailable_and_says_when_to_come_again() -> None:
    """503 with Retry-After."""

    class Silent(MemoryEvidence):
        async def instant(self, wanted: Selector, at_s: float | None = None) -> list[Sample]:  # noqa: ARG002 -- nobody answers
            raise Unavailable("The store is being started.")

    app = FastAPI()
    app.include_router(router(Silent(NOW_S)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://store") as client:
        answer = await client.get("/api/instant?selector=up")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["detail"] == "The store is being started."


@pytest.mark.parametrize(
    ("by", "groups"),
    [("", 2), ("&by=", 1), ("&by=outcome", 2), ("&by=service,instance", 1), ("&by=service&by=outcome", 2)],
)
async def test_labels_to_group_by_may_be_listed_repeated_or_none(api: httpx.AsyncClient, by: str, groups: int) -> None:
    """Left out is every series, empty is one sum of all."""
    assert len((await api.get(f"/increase?selector=orders_total{by}")).json()) == groups


@pytest.mark.parametrize(
    "window",
    [
        "",
        "&start=5m",
        "&start=300&end=now".replace("300", f"{NOW_S - 300}"),
        "&start=2027-01-15T07:55:00Z&end=2027-01-15T08:00:00Z",
        "&start=2027-01-15T08:55:00+01:00",
    ],
)
async def test_window_may_be_told_in_every_way(api: httpx.AsyncClient, window: str) -> None:
    """By default the last five minutes."""
    found = (await api.get(f"/increase?selector=orders_total&by={window}")).json()
    assert found[0]["value"] == pytest.approx(30, rel=0.05)


async def test_everything_is_described(app: FastAPI) -> None:
    """Every path has a summary, every parameter a description, every answer a schema, every refusal a problem."""
    described: dict[str, Any] = app.openapi()
    assert len(described["paths"]) == 15
    for path, methods in described["paths"].items():
        question = methods["get"]
        assert question["summary"], path
        assert question["description"], path
        assert all(one.get("description") for one in question.get("parameters", ())), path
        assert question["responses"]["200"]["content"]["application/json"]["schema"], path
        assert "application/problem+json" in question["responses"]["422"]["content"], path
    red = described["components"]["schemas"]["Red"]["properties"]
    assert red["error_ratio"]["description"] == "0 to 1; 0 without requests."
