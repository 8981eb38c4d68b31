"""What is missing from a trace is told, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from observability.coverage.flows import BadFlow, Flow, flows
from observability.coverage.judging import judge
from observability.evidence.model import Kind, Span, Trace

ENTERS = {"service": "load-balancer", "method": "POST", "path": "/orders", "status": [201]}
FLOW = {
    "unique-id": "order-processing-flow",
    "metadata": {
        "trace": {
            "entry": ENTERS,
            "services": ["load-balancer", "order-service", "fulfilment-worker"],
            "queue": "order-queue",
        }
    },
}
FLOWS = flows({"flows": [FLOW, {"unique-id": "silent-flow"}]})


def span(number: int, parent: int | None, service: str, kind: Kind, **attributes: Any) -> Span:
    """Return a span whose id is its number."""
    return Span(
        trace_id="ab" * 16,
        span_id=f"{number:016x}",
        parent_id="" if parent is None else f"{parent:016x}",
        service=service,
        instance=f"{service}-1",
        name=f"span {number}",
        kind=kind,
        start_s=float(number),
        duration_s=1.0,
        error=False,
        status_message="",
        attributes=attributes,
        resource={},
    )


ENTRY = {"http.request.method": "POST", "url.path": "/orders", "http.response.status_code": 201}
WHOLE = (
    span(1, None, "load-balancer", "server", **ENTRY),
    span(2, 1, "load-balancer", "client"),
    span(3, 2, "order-service", "server"),
    span(4, 3, "order-service", "producer", **{"messaging.destination.name": "order-queue"}),
    span(5, 4, "fulfilment-worker", "consumer"),
)
SERVICES = ("load-balancer", "order-service", "fulfilment-worker")


def missing(*spans: Span, logging: tuple[str, ...] = SERVICES) -> tuple[str, ...]:
    """Return what a trace of `spans` lacks."""
    return judge(Trace("ab" * 16, spans), logging, FLOWS).missing


def test_a_whole_trace_lacks_nothing() -> None:
    """Parents, services, queue and logs are there."""
    verdict = judge(Trace("ab" * 16, WHOLE), SERVICES, FLOWS)
    assert verdict.missing == ()
    assert verdict.flow == "order-processing-flow"


def test_a_request_that_was_declined_need_not_go_all_the_way() -> None:
    """Another status ends the flow early."""
    declined = replace(WHOLE[0], attributes=ENTRY | {"http.response.status_code": 402})
    verdict = judge(Trace("ab" * 16, (declined, *WHOLE[1:3])), SERVICES, FLOWS)
    assert verdict == replace(verdict, flow=None, missing=())


@pytest.mark.parametrize("gone", [2, 3, 4])
def test_a_span_that_is_gone_leaves_an_orphan(gone: int) -> None:
    """Whoever names it as its parent tells."""
    told = missing(*(one for one in WHOLE if one.span_id != f"{gone:016x}"))
    assert any("the parent of" in phrase and f"'span {gone + 1}'" in phrase for phrase in told)


def test_a_trace_that_ends_at_the_queue_lacks_the_worker() -> None:
    """The flow declares it."""
    assert missing(*WHOLE[:4]) == ("no span of fulfilment-worker", "nothing goes through order-queue")


def test_a_worker_that_begins_anew_makes_two_roots() -> None:
    """A trace with two beginnings is none."""
    assert "2 roots" in missing(*WHOLE[:4], replace(WHOLE[4], parent_id=""))


def test_a_server_hangs_below_who_called_it() -> None:
    """A header that was lost on one hop makes the callee a child of somebody else."""
    assert missing(*WHOLE[:2], replace(WHOLE[2], parent_id=WHOLE[0].span_id), *WHOLE[3:]) == (
        "order-service 'span 3' hangs below load-balancer 'span 1', which did not call it",
    )


def test_a_call_that_was_answered_has_a_span_of_who_answered() -> None:
    """A header that was lost lets the callee begin a trace of its own, even if it appears elsewhere in this one."""
    told = {"peer.service": "order-service", "http.response.status_code": 200}
    assert missing(*WHOLE, span(6, 5, "fulfilment-worker", "client", **told)) == (
        "order-service left no span for fulfilment-worker 'span 6', which it answered",
    )


@pytest.mark.parametrize(
    "told",
    [{"peer.service": "order-service"}, {"peer.service": "somebody-else", "http.response.status_code": 200}],
)
def test_calls_that_nobody_answered_or_that_left_the_platform_need_none(told: dict[str, Any]) -> None:
    """Who did not answer may not have been reached; who is not ours leaves nothing."""
    assert missing(*WHOLE, span(6, 5, "fulfilment-worker", "client", **told)) == ()


def test_logs_of_every_service_carry_the_id() -> None:
    """A service that wrote nothing is named."""
    assert missing(*WHOLE, logging=SERVICES[:2]) == ("no log record of fulfilment-worker carries its id",)


def test_a_flow_that_says_too_little_is_refused() -> None:
    """The message names flow and key."""
    with pytest.raises(BadFlow, match=r"order-processing-flow does not say its 'services'"):
        flows({"flows": [{"unique-id": "order-processing-flow", "metadata": {"trace": {"entry": ENTERS}}}]})


@pytest.mark.parametrize(
    ("path", "fits"), [("/orders/12/cancel", True), ("/orders/1/2/cancel", False), ("/orders/12/cancelled", False)]
)
def test_a_path_is_a_template(path: str, fits: bool) -> None:
    """What stands in braces is one part of a path."""
    entry = {"service": "load-balancer", "method": "POST", "path": "/orders/{order_id}/cancel", "status": [200]}
    flow: Flow = flows({"flows": [{"unique-id": "f", "metadata": {"trace": {"entry": entry, "services": []}}}]})[0]
    told = {"http.request.method": "POST", "url.path": path, "http.response.status_code": 200}
    assert flow.begins_with(span(1, None, "load-balancer", "server", **told)) is fits
