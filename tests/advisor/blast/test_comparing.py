"""Claims about prediction against observation: evidence made by hand, precision and recall worked out by hand."""

import pytest

from advisor.blast.comparing import Comparison, compare
from advisor.blast.findings import Span
from advisor.blast.subjects import BROKEN, SILENT, Broken
from advisor.calm.errors import NoEvidence
from tests.support.answers import OF
from tests.support.two_windows import BEGAN_S, ENDED_S, Served, TwoWindows

CUT = "order-service-to-payment-service"
SPAN = Span.of(BEGAN_S, ENDED_S)
PENDING = {"service": "order-service", "outcome": "payment_pending"}


async def compared(story: TwoWindows, *ids: str, refusing: bool = False, span: Span = SPAN) -> Comparison:
    """Return what comes of it when these parts fail; without any, the call of order to payment."""
    parts = tuple(OF.relationship.get(one) or OF.node[one] for one in ids or (CUT,))
    return await compare(OF, story.told(), Broken(parts, refusing), span)


async def test_who_has_to_wait_is_foreseen() -> None:
    """Four nodes are predicted, three of these seen, and one besides: 3 of 4 and 3 of 4. Of flows 1 of 1, 1 of 5."""
    story = TwoWindows()
    story.counts("orders_total", 0, 600, **PENDING)
    for service in ("order-service", "api-gateway", "load-balancer"):
        story.serves(service, slow=60)
    story.serves("billing-service", failed=300)
    found = await compared(story)
    nodes, flows = found.score("node"), found.score("flow")
    assert nodes.hit == ("load-balancer", "api-gateway", "order-service")
    assert (nodes.unseen, nodes.unforeseen) == (("web-frontend",), ("billing-service",))
    assert (nodes.precision, nodes.recall) == (3 / 4, 3 / 4)
    # The gateway takes long over everything, so that every flow is slow.
    assert (flows.hit, len(flows.unforeseen)) == (("order-processing-flow",), 4)
    assert (flows.precision, flows.recall) == (1.0, 1 / 5)


async def test_where_nobody_has_to_wait_the_fallback_is_the_end_of_it() -> None:
    """One node is predicted and seen, and two besides: 1 of 1 and 1 of 3. Of flows 1 of 1 and 1 of 2."""
    story = TwoWindows()
    story.counts("orders_total", 0, 600, **PENDING)
    for service in ("inventory-service", "api-gateway"):
        story.during[service, "GET", "/products"] = Served(failed=60)
    found = await compared(story, refusing=True)
    nodes, flows = found.score("node"), found.score("flow")
    assert (nodes.hit, nodes.unforeseen) == (("order-service",), ("api-gateway", "inventory-service"))
    assert (nodes.precision, nodes.recall, len(nodes.spared)) == (1.0, 1 / 3, 6)
    assert (flows.hit, flows.unforeseen) == (("order-processing-flow",), ("inventory-check-flow",))
    assert (flows.precision, flows.recall, len(flows.spared)) == (1.0, 1 / 2, 3)


async def test_what_was_predicted_and_never_came_is_nought_and_not_undefined() -> None:
    """Precision is 0 of 4 then; nothing was seen, of which a share could have been foreseen."""
    nodes = (await compared(TwoWindows())).score("node")
    assert (nodes.precision, nodes.recall, len(nodes.unseen)) == (0.0, None, 4)


async def test_without_prediction_and_observation_both_are_undefined() -> None:
    """The call for more stock is in no flow: nothing is predicted of it."""
    found = await compared(TwoWindows(), "inventory-service-to-payment-provider")
    for kind in ("node", "flow"):
        assert (found.score(kind).precision, found.score(kind).recall) == (None, None)


async def test_what_is_seen_and_was_not_predicted_leaves_precision_undefined() -> None:
    """Recall is 0 of 1 then."""
    story = TwoWindows()
    story.serves("billing-service", failed=300)
    nodes = (await compared(story, "inventory-service-to-payment-provider")).score("node")
    assert (nodes.precision, nodes.recall) == (None, 0.0)


async def test_what_cannot_be_judged_is_named_and_does_not_count() -> None:
    """What was broken itself, databases and actors, whoever served nothing; a flow of which nothing happened."""
    story = TwoWindows()
    story.serves("payment-provider", number=0)
    story.during["api-gateway", "POST", "/orders/{order_id}/cancel"] = Served(number=0)
    found = await compared(story, "payment-service")
    apart = {row.subject.name: row.apart for row in found.apart}
    assert apart["payment-service"] == BROKEN
    assert {apart[name] for name in ("payment-database", "order-queue", "customer", "ecommerce-platform")} == {SILENT}
    assert apart["payment-provider"] == "it served 0 requests in the window, and 600 before"
    assert apart["refund-flow"] == "0 cancellations in the window, and 600 before"
    counted = {row.subject.name for kind in ("node", "flow") for row in found.of_kind(kind)}
    assert counted & apart.keys() == set()
    assert len(found.rows) == len(counted) + len(apart)


async def test_replicas_count_once() -> None:
    """They share their name in telemetry; with one of two broken they are not judged at all."""
    found = await compared(TwoWindows(), "api-gateway-1")
    assert [row.subject.nodes for row in found.rows if row.subject.name == "api-gateway"] == [
        ("api-gateway-1", "api-gateway-2")
    ]
    assert "api-gateway" in {row.subject.name for row in found.apart}
    assert found.score("node").unseen == ("web-frontend", "load-balancer")


async def test_a_service_that_is_broken_through_its_database_is_judged() -> None:
    """It is not what was broken, and the document says that it fails with it."""
    story = TwoWindows()
    story.serves("billing-service", failed=600)
    found = await compared(story, "billing-database")
    (row,) = [row for row in found.rows if row.subject.name == "billing-service"]
    assert (row.subject.predicted, row.observed.state, row.apart) == ("fails", "fails", "")


async def test_a_degree_that_is_not_the_predicted_one_is_a_hit_all_the_same() -> None:
    """How many were predicted in the right degree is told apart: of two that are hit, one."""
    story = TwoWindows()
    story.counts("orders_total", 0, 600, **PENDING)
    story.serves("api-gateway", failed=600)
    nodes = (await compared(story)).score("node")
    assert (nodes.hit, nodes.same) == (("api-gateway", "order-service"), 1)


@pytest.mark.parametrize(
    ("start_s", "which"), [(ENDED_S + 600, "of the window"), (BEGAN_S - 50, "of the time before it")]
)
async def test_a_time_at_which_nobody_looked_is_refused(start_s: float, which: str) -> None:
    """The window itself, or the one before; it is said which."""
    with pytest.raises(NoEvidence, match=which):
        await compared(TwoWindows(), span=Span.of(start_s, start_s + 60))


async def test_a_shop_that_was_not_healthy_before_is_told() -> None:
    """What was bad before does not count, and whoever reads it has to know."""
    story = TwoWindows()
    story.before["api-gateway", "POST", "/orders"] = story.during["api-gateway", "POST", "/orders"] = Served(failed=60)
    found = await compared(story)
    assert found.unhealthy == ("order-processing-flow: 60 of 600 checkouts failed",)
    assert found.score("flow").unseen == ("order-processing-flow",)
