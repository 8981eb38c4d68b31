"""Claims about flows that are hit: by their objectives, by what waits behind the queue, and where they begin."""

from typing import Any

import pytest

from advisor.blast import flows
from advisor.blast.findings import Observed, Span
from advisor.blast.services import hit
from advisor.calm.model import Architecture
from observability.evidence.evidence import Evidence
from tests.support.answers import OF, changed
from tests.support.two_windows import BEGAN_S, ENDED_S, Served, TwoWindows

SPAN = Span.of(BEGAN_S, ENDED_S)
QUEUE = {"service": "fulfilment-worker", "queue": "order-queue"}


async def seen(evidence: Evidence, of: Architecture = OF) -> dict[str, Observed]:
    """Return what is found of every flow."""
    return await flows.hit(of, evidence, SPAN, await flows.kept(of, evidence, SPAN), await hit(of, evidence, SPAN))


async def test_flows_are_worse_than_their_objective_or_late() -> None:
    """What waits after the queue makes those late that pass it; the objective and the query are cited."""
    story = TwoWindows()
    story.counts("messaging_messages_processed_total", 0, 300, **QUEUE, outcome="deferred")
    story.during["api-gateway", "GET", "/products"] = Served(failed=600)
    found = await seen(story.told())
    states = {name: one.state for name, one in found.items()}
    assert states == {
        "order-processing-flow": "is late",
        "refund-flow": "is late",
        "inventory-check-flow": "fails",
        "order-history-flow": None,
        "invoice-flow": None,
    }
    (one,) = found["inventory-check-flow"].findings
    assert one.text == "600 of 600 product pages failed, before 0 of 600; 0.5 % of all are allowed"
    assert "increase(http_server_request_duration_seconds_count" in one.sources[0].ref
    assert OF.source.at(one.sources[1].ref)["control-id"] == "inventory-check-availability"


async def test_a_flow_without_an_objective_is_not_judged() -> None:
    """Nor is one that does not say all that an objective needs; the others are."""
    evidence = TwoWindows().told()
    for pointer, why in (
        ("/flows/4/controls", "it has no objective"),
        ("/flows/4/metadata/owner", "invoice-flow does not say its 'owner'."),
        ("/flows/4/metadata", "invoice-flow has no metadata that is one object."),
    ):
        found = await seen(evidence, changed(pointer))
        assert (found["invoice-flow"].apart, found["refund-flow"].apart) == (why, "")


def at_the_door(story: TwoWindows, path: str, *, status: int = 503, took_s: float = 0.02, times: int = 6) -> list[str]:
    """Have the load balancer serve checkouts that no gateway hears of; return their traces."""
    story.during["load-balancer", "GET", "/{path}"] = Served(failed=60)
    told: dict[str, str | int] = {"url.path": path, "http.request.method": "POST", "http.response.status_code": status}
    return [story.traced("load-balancer", error=status >= 500, took_s=took_s, attributes=told) for _ in range(times)]


@pytest.mark.parametrize(
    ("path", "told", "text"),
    [
        ("/orders", {}, "6 of 600 checkouts failed at load-balancer, before 0 of 600"),
        (
            "/orders/a1/cancel",
            {"status": 200, "took_s": 3.0, "times": 9},
            "9 of 600 cancellations took longer than 1 s at load-balancer, before 0 of 600",
        ),
        ("/orders", {"times": 4}, ""),
        ("/orders", {"status": 201}, ""),
        ("/elsewhere", {}, ""),
    ],
)
async def test_what_never_came_to_where_an_objective_is_counted_is_counted_where_its_flow_begins(
    path: str, told: dict[str, Any], text: str
) -> None:
    """From traces; the first of them are cited."""
    story = TwoWindows()
    ids = at_the_door(story, path, **told)
    findings = [finding for one in (await seen(story.told())).values() for finding in one.findings]
    assert [one.text for one in findings] == ([text] if text else [])
    assert {one.ref for finding in findings for one in finding.sources} <= set(ids)
