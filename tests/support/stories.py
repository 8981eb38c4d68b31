"""Stories of a shop at night: what is seen of it when something, or nothing, is wrong."""

from dataclasses import replace

from advisor.drift.finding import Drift, Place
from advisor.live.lab import Changes, Firing, Harm
from observability.impact.invariants import charges
from observability.impact.model import Damage
from tests.support.live_lab import NOW_S, Story

WAY = ("web-frontend", "load-balancer", "api-gateway", "order-service", "payment-service", "payment-provider")


def quiet() -> Story:
    """Nothing happens, and everything is traced."""
    story = Story()
    story.traced(WAY)
    story.gauge("up", 1, service="order-service")
    story.gauge("db_client_connections_in_use", 1, service="order-service", pool="order")
    story.gauge("db_client_connections_max", 5, service="order-service", pool="order")
    story.gauge("circuit_breaker_state", 0, service="order-service", peer="payment-service")
    story.gauge("load_balancer_backend_up", 1, service="load-balancer", backend="one")
    story.gauge("ledger_drift_cents", 0, service="billing-service")
    return story


def silent_provider() -> Story:
    """The card network does not answer: who asks it fails, and so on up."""
    story = quiet()
    story.failing = {"payment-service": 0.5, "order-service": 0.1}
    story.refused = {("payment-service", "payment-provider"): 0.5, ("order-service", "payment-service"): 0.5}
    story.traced(WAY, error=True, silent=True)
    story.gauge("circuit_breaker_state", 2, service="payment-service", peer="payment-provider")
    return story


def silent_provider_stood() -> Story:
    """And everybody does what is promised for that."""
    return goes_on(silent_provider())


def goes_on(story: Story) -> Story:
    """Who calls somebody that fails does what the document promises for that."""
    story.rising("payments_total", {"service": "payment-service", "outcome": "pending"}, 2)
    story.rising("orders_total", {"service": "order-service", "outcome": "payment_pending"}, 2)
    return story


def promised_to_go_on() -> Story:
    """The card network fails, and payment does not answer "pending" as it is to."""
    story = silent_provider()
    story.rising("orders_total", {"service": "order-service", "outcome": "payment_pending"}, 2)
    return story


def closed_breaker() -> Story:
    """The card network fails, payment goes on as promised, and never stops asking."""
    story = goes_on(quiet())
    story.refused = {("payment-service", "payment-provider"): 0.9}
    story.traced(WAY, error=True, silent=True)
    story.gauge("circuit_breaker_state", 0, service="payment-service", peer="payment-provider")
    return story


def sent_nothing() -> Story:
    """A gateway is well and gets no requests; the other has too many, and fails."""
    story = quiet()
    story.failing = {"api-gateway": 0.4, "load-balancer": 0.3, "web-frontend": 0.2}
    story.gauge("load_balancer_backend_up", 0, service="load-balancer", backend="127.0.0.1:9002")
    story.traced(("web-frontend", "load-balancer", "api-gateway"), error=True)
    story.lab.firing.append(Firing("LoadBalancerAvailability", "load-balancer", "page", "a third of requests fail"))
    return story


def refused_for_others() -> Story:
    """The card network fails, and payment says that cards were declined: checkouts fail further up."""
    story = goes_on(quiet())
    story.failing = {"web-frontend": 0.5, "load-balancer": 0.5, "api-gateway": 0.5}
    story.refused = {("payment-service", "payment-provider"): 0.5}
    story.gauge("circuit_breaker_state", 2, service="payment-service", peer="payment-provider")
    story.refusal(WAY[2:5], "402")
    labels = {"service": "payment-service", "method": "PUT", "route": "/payments", "status": "402"}
    story.rising("http_server_request_duration_seconds_count", labels, 2)
    return story


def piled_up_behind() -> Story:
    """Payment fails; the worker does not ask it any more, gives a message up, and the others wait."""
    story = quiet()
    story.failing = {"payment-service": 0.1}
    story.refused = {("fulfilment-worker", "payment-service"): 0.5}
    story.gauge("circuit_breaker_state", 2, service="fulfilment-worker", peer="payment-service")
    story.gauge("messaging_queue_oldest_message_age_seconds", 30, service="fulfilment-worker")
    story.gauge("messaging_queue_depth", 1, service="fulfilment-worker", state="dead")
    story.complaint("fulfilment-worker", "message.dead_lettered")
    story.lab.firing.append(Firing("DeadLetters", "fulfilment-worker", "ticket", "1 message was given up"))
    return story


def stale_offers() -> Story:
    """Nothing fails: orders are refused, for what was offered; some cards are declined as on every day."""
    story = quiet()
    story.rising("orders_total", {"service": "order-service", "outcome": "rejected"}, 2)
    story.traced(WAY, error=True)
    story.lab.firing.append(Firing("OrdersRejected", "order-service", "page", "A third of the orders are rejected"))
    return story


def supplier_away_meanwhile() -> Story:
    """Orders are refused for what was offered, some slowly; and the supplier, who has no part in it, is away."""
    story = stale_offers()
    story.slow = {"order-service": 2.0}
    story.lab.firing.append(Firing("OrderProcessingLatency", "order-processing-flow", "page", "Checkouts are slow"))
    story.traced(("api-gateway", "order-service"), last_s=2.0)
    story.refused = {("inventory-service", "payment-provider"): 0.9}
    story.gauge("circuit_breaker_state", 2, service="inventory-service", peer="payment-provider")
    story.traced(("inventory-service", "payment-provider"), error=True, silent=True)
    story.refusal(("order-service", "inventory-service"), "409", fails=False)
    story.lab.firing.append(Firing("BreakerOpen", "inventory-service", "ticket", "Its breaker is open"))
    story.lab.firing.append(Firing("JobFailing", "inventory-service", "ticket", "Restocking fails"))
    return story


def slow_inventory() -> Story:
    """It takes three seconds, and whoever asks it waits."""
    story = quiet()
    story.slow = {"inventory-service": 2.0, "order-service": 2.0, "api-gateway": 2.0, "load-balancer": 2.0}
    story.traced(("load-balancer", "api-gateway", "order-service", "inventory-service"), last_s=2.0)
    return story


def given_up_on() -> Story:
    """Gateways give up on orders, which wait for the inventory; those answer late, and without an error."""
    story = quiet()
    story.failing = {"api-gateway": 0.4, "load-balancer": 0.4}
    story.refused = {("api-gateway", "order-service"): 0.4}
    story.given_up("api-gateway", "order-service", "inventory-service")
    return story


def dry_pool() -> Story:
    """All connections of the order service are taken."""
    story = quiet()
    story.failing = {"order-service": 0.4, "api-gateway": 0.3, "load-balancer": 0.3, "web-frontend": 0.2}
    story.gauge("db_client_connections_in_use", 5, service="order-service", pool="order")
    story.traced(("load-balancer", "api-gateway", "order-service"), error=True)
    story.complaint("order-service", "request.failed")
    return story


def dead_gateway() -> Story:
    """One gateway is out of rotation."""
    story = quiet()
    story.gauge("load_balancer_backend_up", 0, service="load-balancer", backend="two")
    return story


def drifting() -> Story:
    """No error, no latency: money is wrong."""
    story = quiet()
    story.gauge("ledger_drift_cents", 120, service="billing-service")
    story.lab.firing.append(Firing("LedgerDrift", "billing-service", "page", "Totals and entries differ by 1.20 EUR"))
    return story


def charged_twice() -> Story:
    """No error, no latency, no alert: the card network has taken money twice."""
    story = quiet()
    twice = Damage(charges.ONCE, "money", "o1", "order o1 was charged 2 times, 12.00 EUR too much", "o1", "ada", 1200)
    story.lab.harmed = Harm((twice, replace(twice, subject="o2")))
    return story


def changed_by_nobody() -> Story:
    """Nothing is felt: payment waits longer than was agreed, and nobody has told that they changed that."""
    story = quiet()
    changed = Drift(
        "setting-changed:payment-service-1/card_network.timeout_s=4", "payment-service-1", "setting-changed",
        "card_network.timeout_s of payment-service-1 is 0.5, says payment-service-to-payment-provider.",
        Place("ecommerce-platform.json", 1, "/nodes"), "It is 4. Nobody wrote down who changed it.",
        ("lab ops settings payment-service-1",), "Put it back, or declare it.",
    )  # fmt: skip
    story.lab.changed = Changes((changed,))
    return story


def just_started() -> Story:
    """Half of the calls failed while the lab was starting, until twenty seconds ago."""
    story = quiet()
    labels = {"service": "order-service", "instance": "order-service-1", "peer": "payment-service"}
    failed = [(NOW_S - 60 + 5 * step, 20.0 * min(step, 6)) for step in range(12)]
    story.lab.evidence.expose("http_client_request_failures_total", labels, failed)
    story.gauge("process_start_time_seconds", NOW_S - 45, service="order-service")
    return story


def moment_at_a_bound() -> Story:
    """The pool was dry and a breaker open, just now and only then."""
    story = quiet()
    for metric, before, now, labels in (
        ("db_client_connections_in_use", 1, 5, {"pool": "order"}),
        ("circuit_breaker_state", 0, 2, {"peer": "payment-service"}),
    ):
        series = {"service": "order-service", "instance": "order-service-1", **labels}
        story.lab.evidence.expose(metric, series, [(NOW_S - 20 + 5 * step, before) for step in range(4)])
        story.lab.evidence.expose(metric, series, [(NOW_S, now)])
    return story


def four_slow_requests() -> Story:
    """Of sixty."""
    story = quiet()
    for bound, rest in (("0.05", 56), ("2.5", 56), ("5", 60), ("+Inf", 60)):
        labels = {"service": "billing-service", "instance": "billing-service-1", "le": bound}
        story.lab.evidence.expose("http_server_request_duration_seconds_bucket", labels, risen(rest))
    labels = {"service": "billing-service", "instance": "billing-service-1"}
    story.lab.evidence.expose("http_server_request_duration_seconds_count", labels, risen(60))
    return story


def risen(by: float) -> list[tuple[float, float]]:
    """Return a counter that rises so much in a minute."""
    return [(NOW_S - 60 + 5 * step, by * step / 12) for step in range(13)]
