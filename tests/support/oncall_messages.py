"""Whole messages as people on call paste them: what they see in a sentence or several, and all that they ask."""

from tests.support.oncall_questions import ERRING, FLOW, ORDER

Asked = tuple[str, tuple[str, ...]]
STORY = ("load-balancer", "api-gateway-2", "api-gateway-1")
FLOWS = (*FLOW, "inventory-check-flow", "order-history-flow", "refund-flow", "invoice-flow")
PAYMENT_DOWN: tuple[Asked, ...] = (
    ("flow", FLOW),
    ("failure-points", FLOW),
    ("health", FLOW),
    ("contacts", ("payment-service",)),
)
SLOW: tuple[Asked, ...] = (
    ("databases", ORDER),
    ("replication", ORDER),
    ("failure-modes", ORDER),
    ("remediation", ORDER),
    ("dba", ("order-database-primary",)),
)
CASCADE: tuple[Asked, ...] = (
    ("dependencies", ERRING),
    ("shared", ERRING),
    ("spof", ERRING),
    ("order", ERRING),
    ("processes", ERRING),
)
SUMMARY: tuple[Asked, ...] = (("incident-summary", STORY),)

MESSAGES: dict[str, tuple[Asked, ...]] = {
    # In the words of the exercise, as a list in one line.
    "Payment down – which services are in the checkout flow; most likely failure points; which health endpoints first; "
    "whom to contact for payment; business impact and customer communication.": (
        *PAYMENT_DOWN, ("impact", (*FLOW, "refund-flow")),
    ),
    "Order latency 5 s, no errors – which databases; could it be replication; known failure modes for high latency; "
    "remediation; DBA contact of the order database.": SLOW,
    "Errors across order, inventory and the web front end for 10 minutes – dependency graph between them; shared "
    "infrastructure; single point of failure; investigation order; affected business processes.": CASCADE,
    "Incident summary (a health-check misconfiguration on the load balancer marked gateway 2 unhealthy, gateway 1 "
    "overloaded) – affected services and tiers; flows; customer impact; timeline of dependency failures; remediation "
    "taken; follow-up actions.": SUMMARY,
    # In sentences.
    "Our payment service is down. Customers can not check out. Which services are in the checkout flow? What are the "
    "most likely failure points? Which health endpoints do I check first? Whom do I contact for payment? What is the "
    "business impact on checkout, and what do we tell our customers?": (*PAYMENT_DOWN, ("impact", FLOW)),
    "We see 5 second latency on orders, no errors. It began after lunch. Which databases does the order service use? "
    "Could it be replication? What are the known failure modes for high latency? What is the remediation? And who is "
    "the DBA contact of the order database?": SLOW,
    "Errors across order, inventory and the web front end for the last 10 minutes. Nobody has deployed anything. What "
    "is the dependency graph between them? What shared infrastructure could it be? Is there a single point of failure "
    "that explains it? In what order do we investigate? Which business processes are affected?": CASCADE,
    "We found it: a health-check misconfiguration on the load balancer marked gateway 2 unhealthy. All the traffic "
    "went to gateway 1, which was overloaded. Please write an incident summary with the affected services and their "
    "tiers, the flows, the customer impact, a timeline, what was done, and the follow-up actions.": SUMMARY,
    # As a list below what is seen.
    "The order completion rate has dropped by 80 %, and customers report that checkouts fail.\n\nPlease tell me:\n"
    "1. Which services are involved in the checkout?\n2. Most likely failure points\n3) health endpoints, in order\n"
    "- whom to call if it is payment\n* business impact and customer communication": (
        *PAYMENT_DOWN, ("impact", FLOW),
    ),
    "A health-check misconfiguration on the load balancer marked gateway 2 unhealthy while gateway 1 was overloaded.\n"
    "- affected services and tiers\n- which flows\n- customer impact\n- timeline of dependency failures\n"
    "- follow-up actions": (*SUMMARY, ("processes", STORY), ("impact", FLOWS), *SUMMARY, *SUMMARY),
    # Without a question: where to begin.
    "payment down": (("what-first", (*FLOW, "payment-service")),),
    "Our payment service is down. Customers can not check out.": (("what-first", (*FLOW, "payment-service")),),
    "Order latency 5 s, no errors": (("what-first", (*FLOW, "order-service")),),
    "The inventory service is not responding, what now?": (("what-first", (*FLOW, "inventory-service")),),
}  # fmt: skip
