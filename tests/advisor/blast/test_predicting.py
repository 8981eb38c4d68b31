"""Claims about what the document says of a failure: how far it goes, whether nodes fail or only calls."""

import pytest

from advisor.answers.blasts import blast_radius
from advisor.asking import picking
from advisor.blast.subjects import Broken
from advisor.calm.errors import UnknownPart
from advisor.candidates import worst
from tests.support.answers import OF, changed, told

CUT = "order-service-to-payment-service"
ON_THE_WAY = {"web-frontend", "load-balancer", "api-gateway", "order-service"}


def predicted(*ids: str, refusing: bool = False) -> dict[str, str]:
    """Return who is predicted to be hit, and how."""
    broken = Broken(tuple(picking.breakable(OF, one) for one in ids), refusing)
    return {one.name: one.predicted for one in broken.subjects(OF) if one.predicted and not one.apart}


def test_a_call_that_fails_is_felt_by_who_makes_it_and_not_by_who_is_called() -> None:
    """Nor by who calls the same service for something else: the worker does so when the order has been answered."""
    assert predicted(CUT) == {
        **dict.fromkeys(ON_THE_WAY, "goes on with less"),
        "order-processing-flow": "goes on with less",
    }
    assert "fulfilment-worker" in predicted("payment-service")


def test_one_of_two_calls_to_replicas_is_done_without() -> None:
    """Both are not."""
    one, other = "load-balancer-to-api-gateway-1", "load-balancer-to-api-gateway-2"
    assert predicted(one)["load-balancer"] == "goes on with less"
    assert predicted(one, other)["load-balancer"] == "fails"
    assert predicted(one, other)["order-processing-flow"] == "fails"


def test_a_queue_that_cannot_be_reached_makes_late() -> None:
    """Whoever puts events into it is answered."""
    found = predicted("order-service-publishes-to-order-queue")
    assert found == {"order-service": "is late", "order-processing-flow": "is late", "refund-flow": "is late"}


def test_what_refuses_at_once_is_felt_as_far_as_the_fallback() -> None:
    """Flows go on with less all the same; without a fallback it makes no difference."""
    assert predicted("payment-service", refusing=True) == {
        "order-service": "goes on with less",
        "fulfilment-worker": "goes on with less",
        "order-processing-flow": "goes on with less",
        "refund-flow": "is late",
    }
    assert predicted("order-service", refusing=True) == predicted("order-service")
    without = changed(
        f"{OF.relationship[CUT].pointer}/controls/circuit-breaker/requirements/0/config/fallback", value=False
    )
    assert worst(without, ["payment-service"])["api-gateway-1"].is_felt(refusing=True)


def test_who_waits_for_others_is_told_apart_from_who_does_without() -> None:
    """In the answer, with the calls and the fallback that it rests on."""
    lines = dict(line.split(": ", 1) for line in told(blast_radius(OF, OF.relationship[CUT]), f"If {CUT} fails"))
    assert lines["order-service"].startswith("goes on with less: order-service calls payment-service; instead: ")
    assert lines["load-balancer"] == "waits, and is answered with less: load-balancer calls api-gateway-1"


@pytest.mark.parametrize("name", ["zebra", "refund-flow"])
def test_what_is_neither_a_node_nor_a_call_cannot_fail(name: str) -> None:
    """It is said what there is."""
    with pytest.raises(UnknownPart):
        picking.breakable(OF, name)
