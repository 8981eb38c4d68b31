"""Claims about answers: facts that were written down by hand, from the platform as it is."""

import pytest

from advisor.answer import Answer
from advisor.answers import blasts, cascades, databases, first, flows, incidents, services
from advisor.asking import picking
from advisor.calm.errors import UnknownPart
from tests.support.answers import OF, asked, told
from tests.support.oncall_questions import ASKED, STORY

OF_VERB = {one.verb: one for one in ASKED}


def answered(verb: str) -> Answer:
    """Return the answer to a question of the exercise."""
    return asked(OF_VERB[verb])


def names(found: Answer, title: str) -> list[str]:
    """Return the names of the lines of one section."""
    return [line.partition(":")[0] for line in told(found, title)]


def test_the_services_of_a_checkout_in_the_order_in_which_it_reaches_them() -> None:
    """Both gateways; what comes behind the queue last."""
    assert told(answered("flow"), "Services") == [
        "web-frontend: tier-2, storefront-team, #oncall-storefront",
        "load-balancer: tier-1, platform-team, #oncall-platform",
        "api-gateway-1: tier-1, platform-team, #oncall-platform",
        "api-gateway-2: tier-1, platform-team, #oncall-platform",
        "order-service: tier-1, orders-team, #oncall-orders",
        "inventory-service: tier-1, inventory-team, #oncall-inventory",
        "payment-service: tier-1, payments-team, #oncall-payments",
        "payment-provider: tier-1, payments-team, #oncall-payments",
        "fulfilment-worker: tier-1, fulfilment-team, #oncall-fulfilment",
        "billing-service: tier-2, billing-team, #oncall-billing",
    ]


def test_what_stops_a_checkout_is_likelier_than_what_it_can_do_without() -> None:
    """The card network is done without, the order database is not; one gateway of two is no catastrophe."""
    lines = dict(line.split(": ", 1) for line in told(answered("failure-points"), "Where"))
    assert list(lines)[:4] == ["order-service", "web-frontend", "load-balancer", "order-database-primary"]
    assert lines["order-service"].startswith("stops it")
    assert lines["payment-service"].startswith("it goes on with less: the order is taken as payment_pending")
    assert lines["api-gateway-2"].startswith("it goes on with less, there is another replica")
    assert lines["order-queue"] == "it is completed later"


def test_health_endpoints_have_the_ports_of_the_lab() -> None:
    """In the order of what is likeliest."""
    lines = told(answered("health"), "Ask first")
    assert lines[0] == "order-service: GET http://localhost:8084/health"
    assert {"payment-service: GET http://localhost:8086/health", "load-balancer: GET http://localhost:8080/health"} <= {
        *lines
    }
    assert len(lines) == 10


def test_payment_has_a_contact() -> None:
    """Team, channel, mail, and who comes next."""
    assert told(answered("contacts"), "For payment-service") == [
        "payment-service: payments-team, #oncall-payments",
        "payment-service, further: payments-team@shop.example; then #incident-command",
    ]


def test_an_outage_of_checkouts_costs_money_and_customers_are_told() -> None:
    """In the words of the document."""
    lines = told(answered("impact"), "If order-processing-flow fails")
    assert lines[0].startswith("business impact: Customers cannot complete purchases: direct revenue loss")
    assert (
        "tell customers: Your order is taken. Processing is delayed; we confirm it by mail as soon as it is done."
        in lines
    )
    assert "promised: 99.9% availability, 30s p99 latency" in lines


def test_the_order_service_has_two_databases() -> None:
    """One is a copy."""
    assert names(answered("databases"), "Databases") == ["order-database-primary", "order-database-replica"]


def test_replication_is_asynchronous_and_not_everywhere() -> None:
    """So that it slows no write, and cannot be the cause in the embedded lab."""
    lines = "\n".join(told(answered("replication"), "Could it be"))
    assert "order-database-primary, so: streaming, asynchronous: unlikely for writes" in lines
    assert "replicated under compose, kubernetes only" in lines
    assert "when it does not answer, the primary is read" in lines
    assert "symptom: Order histories lack the newest order" in told(answered("replication"), "order-database-replica")


@pytest.mark.parametrize("verb", ["failure-modes", "remediation"])
def test_slowness_has_three_known_reasons(verb: str) -> None:
    """Payment, other statements, an open transaction; a pool that is exhausted is none of them."""
    found = [line for section in answered(verb).sections for line in section.lines if line.name == "symptom"]
    assert [line.text for line in found] == [
        "High latency (more than 2 s p99)",
        "High latency without errors, on whatever writes",
        "Statements that write wait, those that read do not",
    ]


def test_remedies_can_be_typed() -> None:
    """Each has its lever."""
    lines = [line for section in answered("remediation").sections for line in section.lines]
    assert [line.text for line in lines if line.name == "type"] == [
        "lab ops set order payment.timeout_s=0.6",
        "lab ops restart order",
        "lab ops restart order",
    ]


def test_the_order_database_has_a_dba() -> None:
    """And a backup."""
    line = "order-database-primary: #dba-oncall; backup 0 2 * * *, restored within 20 minutes"
    assert told(answered("dba"), "DBA") == [line]


def test_the_graph_between_three_services_goes_by_way_of_the_gateways() -> None:
    """And from orders to the inventory directly."""
    assert names(answered("dependencies"), "Who calls whom") == [
        "web-frontend-to-load-balancer",
        "load-balancer-to-api-gateway-1",
        "load-balancer-to-api-gateway-2",
        "api-gateway-1-to-order-service",
        "api-gateway-1-to-inventory-service",
        "api-gateway-2-to-order-service",
        "api-gateway-2-to-inventory-service",
        "order-service-to-inventory-service",
    ]


def test_three_services_share_what_is_before_them_and_what_is_behind_them() -> None:
    """And, where there is PostgreSQL, one server."""
    shared = ["load-balancer", "inventory-service", "inventory-database", "api-gateway-1, api-gateway-2"]
    assert names(answered("shared"), "What all of them share") == shared
    assert names(answered("shared"), "What runs on")[0] == "compose, postgres"
    assert names(answered("spof"), "Single points") == shared[:3]


def test_the_order_of_investigation_begins_with_what_explains_most() -> None:
    """Then what has no replica, then what is nearer to the customer."""
    assert names(answered("order"), "In what order")[:7] == [
        "1. load-balancer",
        "2. inventory-service",
        "3. inventory-database",
        "4. api-gateway-1, api-gateway-2",
        "5. web-frontend",
        "6. order-service",
        "7. order-database-primary",
    ]


def test_all_processes_pass_three_services() -> None:
    """With their tiers."""
    assert told(answered("processes"), "Business processes") == [
        "order-processing-flow: Order processing (tier-1), through order-service, inventory-service, web-frontend",
        "inventory-check-flow: Inventory check (tier-2), through inventory-service",
        "order-history-flow: Order history (tier-2), through order-service, web-frontend",
        "refund-flow: Refund (tier-1), through order-service, inventory-service, web-frontend",
        "invoice-flow: Invoice (tier-2), through web-frontend",
    ]


def test_an_incident_is_summed_up() -> None:
    """Services with tiers, flows, customers, what followed what, remedies, follow-up; hours and deeds are not known."""
    found = incidents.incident_summary(OF, STORY, incidents.cause_first(OF, STORY))
    assert names(found, "Affected") == ["load-balancer", "api-gateway-2", "api-gateway-1", "web-frontend"]
    assert names(found, "Flows affected") == [one.id for one in OF.flows]
    timeline = told(found, "Timeline")
    assert timeline[0].startswith("1. load-balancer: it begins here; known as: One gateway has all the traffic")
    assert timeline[3] == "4. web-frontend: web-frontend → load-balancer: The shop's pages use the public API."
    assert timeline[4].startswith("when: I do not know")
    assert "load-balancer, type: lab ops rollback" in told(found, "Remediation")
    assert told(found, "Remediation")[-1].startswith("taken: I do not know")
    follow = "\n".join(told(found, "Follow-up"))
    assert "check-path /ready; interval-s 0.5; fall 2; rise 1" in follow
    assert "Two gateways share the requests; one alone can carry them" in follow
    assert "BackendOutOfRotation" in follow


def test_without_a_replica_or_a_fallback_flows_stop() -> None:
    """A gateway has a replica; payment, inventory and the queue are done without."""
    stopping = ("load-balancer", "web-frontend", "order-service", "order-database-primary", "billing-service")
    assert names(cascades.single_points(OF), "Without a replica") == [*stopping, "billing-database"]


LATE = "is completed later"


@pytest.mark.parametrize(
    ("node", "felt", "hit"),
    [
        ("payment-service", {"order-processing-flow": "goes on with less", "refund-flow": LATE}, "order-service"),
        ("message-broker", {"order-processing-flow": LATE, "refund-flow": LATE}, "order-service"),
        (
            "billing-database",
            {"order-processing-flow": LATE, "invoice-flow": "stops", "refund-flow": LATE},
            "billing-service",
        ),
    ],
)
def test_the_blast_radius_ends_at_fallbacks_and_queues(node: str, felt: dict[str, str], hit: str) -> None:
    """Flows stop only where nothing is done instead."""
    found = blasts.blast_radius(OF, OF.node[node])
    lines = dict(line.split(": ", 1) for line in told(found, "Flows"))
    assert {flow: text.partition(":")[0] for flow, text in lines.items()} == felt
    assert hit in names(found, f"If {node} fails")


def test_what_first_begins_with_what_was_named() -> None:
    """And calls its owners."""
    flow = picking.flow(OF, "checkout")
    found = first.what_first(OF, flow, "payment is down", ["payment-service"])
    assert names(found, "Where")[0] == "payment-service"
    assert names(found, "Ask first")[0] == "payment-service"
    assert told(found, "For payment-service")[0] == "payment-service: payments-team, #oncall-payments"


def test_everybody_can_be_called() -> None:
    """Each service and database, and each team."""
    found = services.contacts(OF, None)
    assert "order-database-primary, DBA: #dba-oncall" in told(found, "Whom to call")
    assert "billing-team: #oncall-billing, billing-team@shop.example; then #oncall-payments" in told(found, "Teams")


def test_a_database_stands_for_its_service() -> None:
    """Where it is asked about its slowness."""
    assert databases.owner(OF, OF.node["billing-database"]).id == "billing-service"
    assert databases.database_latency(OF, OF.node["order-service"]).sections


def test_names_that_nobody_has_are_refused() -> None:
    """With those there are."""
    for pick in (picking.node, picking.flow):
        with pytest.raises(UnknownPart):
            pick(OF, "zebra")
    assert flows.impact([picking.flow(OF, "refunds")]).about == ("refund-flow",)
