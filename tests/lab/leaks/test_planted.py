"""A word that is planted anywhere a trainee can look is found there."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from chaos.scenario.loading import catalogue
from lab.leaks import documents, pages, processes
from lab.leaks.places import Finding, Search, Text
from lab.leaks.words import Words
from tests.support.pages import ROOT
from tests.support.polling import poll_until

WORDS = Words(["billing.float_drift"], ["billing-drift"])


def found(texts: list[Text]) -> list[Finding]:
    """Return what a search of `texts` finds."""
    search = Search(WORDS)
    search.look(texts)
    return search.findings


def test_a_word_is_counted_by_place() -> None:
    """The same place is one finding, with an excerpt."""
    text = Text("logs", "billing-service-1", "one float_drift and\nanother FLOAT_DRIFT here")
    assert found([text, text]) == [
        Finding("logs", "billing-service-1", "fault", "float_drift", "one float_drift and another FLOAT_DRIFT here", 4)
    ]


def test_a_line_that_is_known_but_for_its_figures_is_not_searched_again() -> None:
    """And a word is found all the same: after it was clean, before it is again, and where a number is part of it."""
    search = Search(Words(["billing.float_drift"], ["phase-2"]))
    for line in (
        "up 12",
        "up 13",
        "float_drift 12",
        "up 14",
        "float_drift 15",
        f"up {'ab12' * 8}",
        "phase-2 1",
        "phase-3",
    ):
        search.look([Text("metrics", "/metrics", line)])
    assert [(one.word, one.count) for one in search.findings] == [("float_drift", 2), ("phase-2", 1)]


def test_instruments_may_be_called_what_they_are_but_name_nothing() -> None:
    """`chaos` in the title of a controller tells nothing; the name of a fault does."""
    told = found([Text("processes", "controller title", "chaos controller float_drift", instrument=True)])
    assert [one.word for one in told] == ["float_drift"]


@pytest.fixture
def planted() -> Iterator[subprocess.Popen[bytes]]:
    """A process with a telling argument, a telling thread, and a telling variable."""
    code = "import setproctitle as s, sys; s.setthreadtitle('float_drift'); print('up', flush=True); sys.stdin.read()"
    environment = {**os.environ, "BILLING_FAULT": "1"}  # noqa: TID251 -- the test's own, for a child
    process = subprocess.Popen(
        [sys.executable, "-c", code, "--scenario=x"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    yield process
    process.kill()
    process.communicate()


def test_titles_environments_and_threads_of_processes_are_searched(planted: subprocess.Popen[bytes]) -> None:
    """What the person's own shell has set is passed over."""
    told = found(list(processes.texts({"billing-service-1": planted.pid}, ())))
    assert {one.where for one in told} == {
        "billing-service-1 title",
        "billing-service-1 environment",
        "billing-service-1 threads",
    }
    assert {one.word for one in told if one.where.endswith("environment")} == {"FAULT"}


def test_a_process_that_has_gone_is_passed_over(planted: subprocess.Popen[bytes]) -> None:
    """Replicas come and go."""
    planted.kill()
    planted.wait()
    poll_until(lambda: list(processes.texts({"x": planted.pid}, ())) == [], "nothing to be said of it")


async def telling(request: Request) -> PlainTextResponse:
    """Answer everything, with a header and a body that tell, somewhere."""
    body = "injected" if request.url.path in {"/ready", "/metrics"} else "fine"
    return PlainTextResponse(body, headers={"x-float-drift": "on"} if request.url.path == "/status" else {})


async def test_bodies_and_headers_of_pages_are_searched() -> None:
    """Each page by its name."""
    app = Starlette(routes=[Route("/{path:path}", telling, methods=["GET", "POST"])])
    url = "http://billing"
    seen = pages.texts({"billing-service-1": url}, url, url, httpx.ASGITransport(app))
    texts = [text async for text in seen]
    assert {(one.surface, one.where, one.word) for one in found(texts)} == {
        ("pages", "billing-service-1 GET /ready", "injected"),
        ("metrics", "billing-service-1 GET /metrics", "injected"),
        ("headers", "shop GET /status", "float-drift"),
    }


def test_what_trainees_are_given_to_read_names_nothing_and_tells_nothing() -> None:
    """Not the architecture, the rules, the dashboards, the runbooks or the on-call reference, as they are."""
    faults = [
        f"{file.parts[-3]}.{file.stem}" for file in ROOT.glob("services/*/faults/*.py") if file.stem != "__init__"
    ]
    played = [one.name for one in catalogue()]
    given = list(documents.texts())
    assert faults
    assert played
    assert {"docs/ops/on-call.md", "docs/ops/incident-report.md"} <= {text.where for text in given}
    search = Search(Words(faults, played))
    search.look(given)
    assert search.findings == []


def test_documents_are_searched(tmp_path: Path) -> None:
    """The architecture, rules and dashboards, wherever they lie."""
    file = tmp_path / "architectures" / "more" / "x.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"alert": "billing-drift"}')
    assert [(one.where, one.word) for one in found(list(documents.texts(tmp_path)))] == [
        ("architectures/more/x.json", "billing-drift")
    ]
