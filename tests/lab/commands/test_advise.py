"""Claims about `lab advise`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi import FastAPI, Response

from lab import state
from lab.cli import root
from lab.home import Home
from lab.ops.audit import Audit
from lab.state import LabState
from observability.evidence.api import router
from tests.support.calm_documents import sound, written
from tests.support.evidence_server import serving
from tests.support.live_lab import SERVICES, Story

CHECKOUT = "which services are in the checkout flow?"


def lab(*arguments: str, home: Path | None = None) -> Result:
    """Run `lab advise …`, in a home without a lab."""
    options = ["--home", str(home or Path("/nowhere"))]
    return CliRunner().invoke(root, ["advise", *arguments, *options], prog_name="lab")


VERBS = (
    ("flow", "CHECKOUT"),
    ("what-first", "order completion rate dropped 80%"),
    ("service", "order-service"),
    ("database-latency", "order-service"),
    ("cascade", "order-service", "inventory-service", "web-frontend"),
    ("contacts",),
    ("contacts", "payment"),
    ("impact", "order-processing-flow"),
    ("blast-radius", "payment-service"),
    ("spof",),
    ("incident-summary", "the load balancer took gateway 2 out, gateway 1 was overloaded"),
    (CHECKOUT,),
)


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_every_verb_cites_what_it_says_for_people_and_for_programs(words: tuple[str, ...]) -> None:
    """Each line has the pointers that it was read from, and the same facts are there as JSON."""
    shown = lab(*words)
    assert shown.exit_code == 0, shown.output
    told = json.loads(lab(*words, "--json").stdout)
    lines = [line for section in told["sections"] for line in section["lines"]]
    assert lines
    for line in lines:
        assert line["sources"]
        assert f"  {line['name']}: {line['text']}  [#{line['sources'][0]['ref']}" in shown.stdout
    assert lab(*words).stdout == shown.stdout
    assert shown.stdout.endswith("# is architectures/ecommerce-platform.json\n")


def test_options_may_come_before_a_question() -> None:
    """Or behind it, with what is seen."""
    told = json.loads(lab("--json", "--situation", "order latency is 5 s", "which databases?").stdout)
    assert (told["verb"], told["about"]) == ("databases", ["order-service"])


def test_a_pasted_text_has_all_its_questions_answered() -> None:
    """In their order, each below its question."""
    text = "Payment is down.\n1. Whom do I contact?\n2. What do we tell customers?"
    shown = lab(text).stdout
    assert shown.index("» Whom do I contact?") < shown.index("#oncall-payments") < shown.index("» What do we tell")
    assert [one["verb"] for one in json.loads(lab(text, "--json").stdout)["answers"]] == ["contacts", "impact"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("how is the weather",), "I do not understand: how is the weather"),
        (("which databases",), "Of which service?"),
        (("flow", "zebra"), "has no flow called zebra"),
        (("service", "zebra"), "has nothing called zebra"),
        (("incident-summary", "something happened"), "What happened?"),
        (("flow", "checkout", "--file", "/no/such.json"), "There is no file"),
        (("suspects",), "No lab runs"),
        (("what is wrong?",), "No lab runs"),
        (("suspects", "--offline"), "in a lab that runs"),
    ],
)
def test_what_cannot_be_answered_is_refused(words: tuple[str, ...], said: str) -> None:
    """Exit code 2, in a sentence, with what can be asked."""
    answer = lab(*words)
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert json.loads(lab(*words, "--json").stdout)["error"]["hint"]


def test_any_document_can_be_asked(tmp_path: Path) -> None:
    """By the names of its own parts."""
    file = str(written(tmp_path, sound()))
    assert (
        "till: tier-1, till-team, #oncall-till" in lab("which services are in the buying flow?", "--file", file).stdout
    )
    assert "DBA: #dba" in lab("contacts", "books", "--file", file).stdout


@pytest.fixture(scope="module")
def ill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose lab has an order service without connections, and a payment service that says it is ill."""
    home = Home.at(tmp_path_factory.mktemp("home"))
    story = Story(failing={"order-service": 0.4})
    story.gauge("db_client_connections_in_use", 5, service="order-service", pool="order")
    story.gauge("db_client_connections_max", 5, service="order-service", pool="order")
    story.traced(("load-balancer", "api-gateway", "order-service"), error=True)
    app = FastAPI()
    app.include_router(router(story.told().evidence))
    app.get("/api/alerts")(_alerts)
    app.get("/api/alerts/history")(_history)
    app.get("/health")(_well)
    with serving(app) as url:
        home.run.mkdir(parents=True)
        replicas: dict[str, dict[str, Any]] = {f"{one}-1": {"service": one, "url": url} for one in SERVICES}
        replicas["payment-service-1"]["url"] = "http://127.0.0.1:1"
        state.write(home, LabState(1, "", "2026-01-01T00:00:00Z", 8080, {"evidence": url}, replicas))
        yield home.root


def _alerts() -> dict[str, Any]:
    alert = {"name": "PoolSaturated", "subject": "order-service", "severity": "page", "summary": "All taken"}
    return {"alerts": [{**alert, "state": "firing"}, {**alert, "name": "CpuBusy", "state": "pending"}]}


def _history() -> dict[str, Any]:
    alert = {"id": "a1", "name": "PoolSaturated", "subject": "order-service", "summary": "All taken"}
    return {"alerts": [{**alert, "fired_at_s": 1000.0, "resolved_at_s": 1060.0}]}


def _well() -> Response:
    return Response()


def test_suspects_are_found_in_a_lab_that_runs(ill: Path) -> None:
    """From its alerts, metrics, traces and health; the same in free words."""
    shown = lab("suspects", home=ill)
    assert shown.exit_code == 0, shown.output
    assert "1. order-service: what speaks for it" in shown.stdout
    assert "  alert: PoolSaturated: All taken  [alert PoolSaturated]" in shown.stdout
    assert "CpuBusy" not in shown.stdout
    assert "known symptom: HTTP 503 errors (1 >= 1)" in shown.stdout
    assert "health: payment-service-1 does not answer  [health http://127.0.0.1:1/health]" in shown.stdout
    assert lab("what is wrong?", home=ill).stdout == shown.stdout


def test_answers_are_told_with_what_a_lab_that_runs_shows(ill: Path) -> None:
    """First; `--offline` leaves it out."""
    shown = lab("service", "order", home=ill).stdout
    assert shown.startswith("Now: health\n  order-service-1: is well")
    assert "Now: suspects" in shown
    assert lab("service", "order", "--offline", home=ill).stdout == lab("service", "order").stdout


def test_an_incident_is_summed_up_with_what_happened_and_what_was_done(ill: Path) -> None:
    """In the order of time."""
    Audit(Home.at(ill)).append("ada", "set", "order-service")
    shown = lab("incident-summary", "the order service had no connections left", home=ill).stdout
    first = "  00:16:40Z PoolSaturated fires: All taken  [alert PoolSaturated a1]\n"
    assert f"What happened, and what was done\n{first}  00:17:40Z PoolSaturated ends: order-service" in shown
    assert "done: set order-service, by ada: done  [act 1]" in shown


def test_a_lab_that_is_gone_leaves_the_document(tmp_path: Path) -> None:
    """And it is said so."""
    home = Home.at(tmp_path)
    home.run.mkdir()
    state.write(home, LabState(1, "", "2026-01-01T00:00:00Z", 8080, {"evidence": "http://127.0.0.1:1"}, {}))
    shown = lab("spof", home=tmp_path)
    assert shown.exit_code == 0
    assert shown.stderr.startswith("From the document alone: ")
    assert shown.stdout == lab("spof").stdout
