"""Claims about `lab advise blast-radius --observed` and `lab chaos blast-radius`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from lab.cli import root
from lab.home import Home
from observability.evidence.api import router
from tests.support.answers import OF
from tests.support.evidence_server import serving, tell
from tests.support.two_windows import BEFORE_S, BEGAN_S, ENDED_S, TwoWindows

CALL = "order-service-to-payment-service"
WINDOW = ("--from", f"{BEGAN_S:.0f}", "--to", f"{ENDED_S:.0f}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A lab in which orders are taken without payment, and a journal that says why."""
    story = TwoWindows()
    story.counts("orders_total", 0, 600, service="order-service", outcome="payment_pending")
    story.traced("order-service")
    app = FastAPI()
    app.include_router(router(story.told()))
    app.get("/activations")(_history)
    app.get("/activations/{identity}")(_biography)
    app.get("/faults")(_faults)
    folder = tmp_path_factory.mktemp("home")
    with serving(app) as url:
        tell(Home.at(folder), evidence=url, controller=url)
        yield folder


def _activation(identity: str, fault: str, on: list[str], start_s: float, end_s: float, session: str | None) -> Any:
    steps = (("intent", start_s - 1), ("active", start_s), ("reverting", end_s), ("reverted", end_s + 1))
    return {
        "id": identity, "fault": fault, "on": on, "session": session, "started_at": _moment(start_s - 1),
        "expires_at": _moment(end_s + 60), "events": [{"state": state, "wall": _moment(at)} for state, at in steps],
    }  # fmt: skip


def _moment(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()


JOURNAL = {
    one["id"]: one
    for one in (
        _activation("cut", "network.partition", ["order-service->payment-service"], BEGAN_S, ENDED_S, "run"),
        _activation("refusal", "api.status", ["payment-service"], BEGAN_S + 30, ENDED_S, "run"),
        _activation("other", "process.pause", ["billing-service"], BEFORE_S + 10, BEFORE_S + 20, None),
        _activation("kill", "process.kill", ["billing-service-1"], BEGAN_S + 20, BEGAN_S + 20, None),
        _activation("bug", "billing.float_drift", [], BEGAN_S + 20, BEGAN_S + 40, None),
        _activation("elsewhere", "process.pause", ["cellar-service"], BEGAN_S, ENDED_S, None),
        {**_activation("never", "api.status", ["payment-service"], BEGAN_S, ENDED_S, None), "events": []},
        _activation("old", "process.pause", ["billing-service"], BEGAN_S - 86400, BEGAN_S - 86000, None),
    )
}


def _history(before: int | None = None) -> Any:
    """Return it in pages of two."""
    begin = before or 0
    page = list(JOURNAL.values())[begin : begin + 2]
    return {"activations": page, "next_before": begin + 2 if begin + 2 < len(JOURNAL) else None}


def _biography(identity: str) -> Any:
    if identity == "secret":
        return _problem(403, "not-allowed", "A viewer may not read the journal.")
    return JOURNAL.get(identity) or _problem(404, "unknown-activation", f"There is no activation {identity}.")


def _problem(status: int, code: str, detail: str) -> JSONResponse:
    return JSONResponse({"type": f"urn:problem:{code}", "status": status, "detail": detail}, status)


def _faults(request: Request) -> Any:
    return {"faults": [{"name": "billing.float_drift", "on": ["billing-service-1"]}]}


def lab(home: Path, *words: str) -> Result:
    """Run `lab …` in a home."""
    return CliRunner().invoke(root, [*words, "--home", str(home)], prog_name="lab")


def observed(home: Path, *words: str) -> Any:
    """Return what was observed, for programs."""
    told = lab(home, *words, "--json")
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


def test_people_and_programs_are_told_the_same(home: Path) -> None:
    """A row for each, what shows it with its query, its trace and its place in the document; the scores."""
    words = ("advise", "blast-radius", CALL, "--observed", *WINDOW)
    told, shown = observed(home, *words), lab(home, *words).stdout
    assert told["window"] == {"start_s": BEGAN_S, "end_s": ENDED_S}
    assert told["before"] == {"start_s": BEFORE_S, "end_s": BEGAN_S}
    rows = {row["name"]: row for kind in ("nodes", "flows") for row in told[kind]}
    order = rows["order-service"]
    assert (order["predicted"], order["observed"], order["verdict"]) == (*["goes on with less"] * 2, "as predicted")
    assert [one["kind"] for one in order["findings"][0]["sources"]] == ["metric", "document"]
    for row in rows.values():
        assert (
            f"\n{row['name']:22}  {row['predicted'] or '–':17}  {row['observed'] or '–':17}  {row['verdict']}" in shown
        )
        assert all(OF.source.at(pointer) for pointer in row["because"])
    assert "the order is taken as payment_pending: 600 of 600 times, before 0 of 600  [metric orders_total{" in shown
    assert "nodes: precision 0.25 (1 of 4), recall 1.00 (1 of 1); the degree is right of 1 of 1\n" in shown
    assert "flows: precision 1.00 (1 of 1), recall 1.00 (1 of 1); the degree is right of 1 of 1\n" in shown
    assert told["scores"]["nodes"]["unseen"] == ["web-frontend", "load-balancer", "api-gateway"]
    assert {one["name"] for one in told["not_judged"]} >= {"payment-database", "customer", "order-queue"}
    assert shown.endswith("# is architectures/ecommerce-platform.json\n")


def test_what_is_undefined_is_said_to_be(home: Path) -> None:
    """Not 0 and not 1: null for programs."""
    words = ("advise", "blast-radius", "inventory-service-to-payment-provider", "--observed", *WINDOW)
    assert "nodes: precision undefined (nothing was predicted), recall 0.00 (0 of 1)" in lab(home, *words).stdout
    assert observed(home, *words)["scores"]["nodes"]["precision"] is None


def test_what_refuses_at_once_keeps_nobody_waiting(home: Path) -> None:
    """The fallback is the end of it, in the answer and in the comparison."""
    told = observed(home, "advise", "blast-radius", CALL, "--refusing", "--observed", *WINDOW)
    assert told["scores"]["nodes"]["precision"] == 1.0
    names = ["order-service", "api-gateway-1", "api-gateway-2", "load-balancer", "web-frontend"]
    for options, felt in (((), names), (("--refusing",), names[:1])):
        answer = observed(home, "advise", "blast-radius", CALL, "--offline", *options)
        assert [line["name"] for line in answer["sections"][0]["lines"]] == felt
        assert [line["name"] for line in answer["sections"][1]["lines"]] == ["order-processing-flow"]


def test_the_journal_says_what_was_broken_and_when(home: Path) -> None:
    """All that one run had on is taken together; what else was on is told."""
    told = observed(home, "chaos", "blast-radius", "cut")
    assert (told["about"], told["refusing"]) == ([CALL, "payment-service"], False)
    assert told["window"] == {"start_s": BEGAN_S, "end_s": ENDED_S}
    assert told["careful"][0].startswith("process.pause was on as well, from ")
    assert {one["name"]: one["why"] for one in told["not_judged"]}["payment-service"] == "it was broken itself"
    shown = lab(home, "chaos", "blast-radius", "refusal").stdout
    assert "Careful: process.pause was on as well, from " in shown


@pytest.mark.parametrize(("identity", "length_s", "refusing"), [("kill", 10, True), ("bug", 20, False)])
def test_where_and_how_long_follow_from_the_fault(home: Path, identity: str, length_s: float, refusing: bool) -> None:
    """What was over at once is given ten seconds; a bug is where it can be had."""
    told = observed(home, "chaos", "blast-radius", identity)
    assert (told["about"], told["refusing"]) == (["billing-service"], refusing)
    assert told["window"]["end_s"] - told["window"]["start_s"] == pytest.approx(length_s)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("advise", "blast-radius", "zebra", "--observed"), "has nothing called zebra"),
        (("advise", "blast-radius", CALL, *WINDOW), "Write --observed as well"),
        (("advise", "blast-radius", CALL, "--observed", "--offline"), "Leave --offline out"),
        (("advise", "blast-radius", CALL, "--observed", "--from", "yesterday"), "'yesterday' is not a time"),
        (("advise", "blast-radius", CALL, "--observed", "--to", "2100-01-01T00:00:00Z"), "is not past yet"),
        (("advise", "blast-radius", CALL, "--observed", "--from", "1m", "--to", "2m"), "Write a --from that is before"),
        (("advise", "blast-radius", CALL, "--observed", "--since", "5s"), "from 10s to 1h"),
        (("advise", "blast-radius", CALL, "--observed", "--since", "2h"), "from 10s to 1h"),
        (("advise", "blast-radius", CALL, "--observed", "--since", "40m", "--to", "30m"), "no evidence of the window"),
        (("advise", "blast-radius", CALL, "--observed", "--since", "100s"), "no evidence of the time before it"),
        (("chaos", "blast-radius", "zebra"), "There is no activation zebra"),
        (("chaos", "blast-radius", "secret"), "A viewer may not read the journal"),
        (("chaos", "blast-radius", "elsewhere"), "does not have what was broken: cellar-service"),
        (("chaos", "blast-radius", "never"), "api.status was never on"),
    ],
)
def test_what_cannot_be_meant_is_refused(home: Path, words: tuple[str, ...], said: str) -> None:
    """Exit code 2, a sentence, and what to write instead."""
    answer = lab(home, *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert said in " ".join(answer.stderr.split())


def test_without_a_lab_nothing_is_observed(tmp_path: Path) -> None:
    """Exit code 2, and how to start one."""
    for words in (("advise", "blast-radius", CALL, "--observed"), ("chaos", "blast-radius", "cut")):
        answer = lab(tmp_path, *words)
        assert answer.exit_code == 2
        assert "lab up" in answer.stderr
