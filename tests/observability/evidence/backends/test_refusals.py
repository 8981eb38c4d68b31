"""A back end that is silent, ill, or something else is named; a question that it does not take is a bad one."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from observability.evidence.backends.asking import Backend
from observability.evidence.backends.evidence import BackendEvidence
from observability.evidence.backends.settings import BackendSettings
from observability.evidence.errors import BadQuery, Unavailable
from observability.evidence.model import LogQuery, Selector, TraceQuery, Window
from tests.support.pages import ROOT

WINDOW = Window(1_800_000_000.0, 1_800_000_060.0)
UP = Selector("up")


@pytest.fixture
async def alone() -> AsyncIterator[BackendEvidence]:
    """Evidence whose back ends are all down."""
    nobody = "http://127.0.0.1:9"
    settings = BackendSettings(prometheus_url=nobody, jaeger_url=nobody, loki_url=nobody, patience_s=0.5)
    async with BackendEvidence(settings) as evidence:
        yield evidence


async def test_who_does_not_answer_is_named(alone: BackendEvidence) -> None:
    """Each for what it is asked."""
    with pytest.raises(Unavailable, match="Prometheus does not answer"):
        await alone.instant(UP)
    with pytest.raises(Unavailable, match="Jaeger does not answer"):
        await alone.traces(TraceQuery(), WINDOW)
    with pytest.raises(Unavailable, match="Loki does not answer"):
        await alone.logs(LogQuery(), WINDOW)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (httpx.Response(400, json={"error": "bad matcher"}), BadQuery, "Prometheus does not take this: bad matcher"),
        (httpx.Response(400, text="parse error"), BadQuery, "parse error"),
        (httpx.Response(503, json={"error": {"message": "busy"}}), Unavailable, "answered 503: busy"),
        (httpx.Response(404, text="no"), Unavailable, "answered 404"),
        (httpx.Response(200, text="<html>"), Unavailable, "is no Prometheus"),
    ],
)
async def test_an_answer_that_is_none(answer: httpx.Response, kind: type[Exception], words: str) -> None:
    """Is refused with what was said."""
    backend = Backend("Prometheus", "http://there", 1.0, httpx.MockTransport(lambda _: answer))
    with pytest.raises(kind, match=words):
        await backend.ask("/api", {})
    await backend.close()


@pytest.mark.parametrize(
    "ask",
    [
        lambda it: it.increase(UP, Window(5.0, 5.0)),
        lambda it: it.increase(UP, WINDOW, ("a) or (b",)),
        lambda it: it.range(UP, WINDOW, 0.0),
        lambda it: it.quantile(UP, 95, WINDOW),
        lambda it: it.traces(TraceQuery(), WINDOW, cursor="next"),
        lambda it: it.logs(LogQuery(level="loud"), WINDOW),
        lambda it: it.logs(LogQuery(trace_id='"} or'), WINDOW),
        lambda it: it.trace("../../services"),
    ],
)
async def test_a_question_that_cannot_be_meant_is_not_even_asked(
    alone: BackendEvidence, ask: Callable[[BackendEvidence], object]
) -> None:
    """It is refused with a sentence, though nobody answers."""
    with pytest.raises(BadQuery):
        await ask(alone)  # type: ignore[misc]


def test_all_addresses_are_set_or_none() -> None:
    """Two of three would answer some questions only."""
    assert not BackendSettings().any_set
    assert BackendSettings(prometheus_url="http://p", jaeger_url="http://j", loki_url="http://l").any_set
    with pytest.raises(ValueError, match="or none of them"):
        _ = BackendSettings(prometheus_url="http://p").any_set


def test_what_an_embedded_store_needs_is_not_loaded() -> None:
    """The process that only asks others has no database in it."""
    program = (
        "import sys, observability.evidence.serve, observability.evidence.backends.app; print('duckdb' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
