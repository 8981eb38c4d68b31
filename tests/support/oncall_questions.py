"""What people ask in three outages and afterwards: each question in the words of the exercise, and in five others."""

from dataclasses import dataclass

PAYMENT = "The order completion rate has dropped by 80 %. Customers cannot check out."
LATENCY = "Latency of the order service is 5 s, and there are no errors."
CASCADE = "Errors across order, inventory and the web front end for 10 minutes."
STORY = (
    "A health check misconfiguration on the load balancer marked gateway 2 unhealthy; gateway 1 took all the traffic "
    "and was overloaded."
)


@dataclass(frozen=True)
class Asked:
    """One question; `verb` and `about` say what it means."""

    situation: str
    verb: str
    about: tuple[str, ...]
    wording: str
    paraphrases: tuple[str, str, str, str, str]

    @property
    def all(self) -> tuple[str, ...]:
        """Return it in all words."""
        return (self.wording, *self.paraphrases)


FLOW = ("order-processing-flow",)
ERRING = ("order-service", "inventory-service", "web-frontend")
ORDER = ("order-service",)

ASKED = (
    Asked(
        PAYMENT,
        "flow",
        FLOW,
        "which services are in the checkout flow",
        (
            "What services take part when somebody checks out?",
            "Which components does a checkout touch?",
            "List the services behind the order processing flow.",
            "Through which systems does a purchase go?",
            "What is involved in the checkout?",
        ),
    ),
    Asked(
        PAYMENT,
        "failure-points",
        FLOW,
        "most likely failure points",
        (
            "Where is it most likely to have broken?",
            "What are the probable culprits?",
            "Which weak spots does checkout have?",
            "What could have gone wrong, and where?",
            "Who are the usual suspects here?",
        ),
    ),
    Asked(
        PAYMENT,
        "health",
        FLOW,
        "which health endpoints first",
        (
            "What should I curl first to see what is alive?",
            "Which health checks do I look at first?",
            "Give me the health URLs in the order to try them.",
            "Which endpoints tell me whether things are healthy?",
            "What do I probe first?",
        ),
    ),
    Asked(
        PAYMENT,
        "contacts",
        ("payment-service",),
        "whom to contact for payment",
        (
            "Who do I page if it is payments?",
            "Which team owns the payment service?",
            "Who's on call for payment?",
            "What is the Slack channel of the payment people?",
            "If payment is to blame, to whom do I escalate?",
        ),
    ),
    Asked(
        PAYMENT,
        "impact",
        FLOW,
        "business impact and customer communication",
        (
            "What do we tell customers, and what does it cost us?",
            "How does this hurt the business?",
            "What should we communicate to our customers?",
            "What does the outage mean for revenue?",
            "What message goes on the status page?",
        ),
    ),
    Asked(
        LATENCY,
        "databases",
        ORDER,
        "which databases",
        (
            "Which databases does order-service connect to?",
            "Where does the order service keep its data?",
            "What data stores are behind it?",
            "On which DBs does order depend?",
            "List the databases that the order service uses.",
        ),
    ),
    Asked(
        LATENCY,
        "replication",
        ORDER,
        "could it be replication",
        (
            "Is the replica lagging behind?",
            "Might replication of the database explain this?",
            "Could the standby be out of sync?",
            "Is it a replica problem?",
            "Does a slow secondary database make this happen?",
        ),
    ),
    Asked(
        LATENCY,
        "failure-modes",
        ORDER,
        "known failure modes for high latency",
        (
            "What is known to make the order service slow?",
            "Which documented problems show up as high latency?",
            "Have we seen slowness like this before; what are known causes?",
            "What are the typical causes of such latency?",
            "List the failure modes with this symptom.",
        ),
    ),
    Asked(
        LATENCY,
        "remediation",
        ORDER,
        "remediation",
        (
            "How do I fix it?",
            "What can I do about the latency?",
            "What steps mitigate this?",
            "How is it resolved?",
            "Which remedies are there?",
        ),
    ),
    Asked(
        LATENCY,
        "dba",
        ("order-database-primary",),
        "DBA contact of the order database",
        (
            "Who is the DBA for the order database?",
            "Which database administrator do I call about the order DB?",
            "Whom do I page about the orders database?",
            "Who looks after the order database on the database team?",
            "How do I reach the DBAs of the order database?",
        ),
    ),
    Asked(
        CASCADE,
        "dependencies",
        ERRING,
        "dependency graph between them",
        (
            "How do these services depend on each other?",
            "Who calls whom among them?",
            "Show me the dependencies between these three.",
            "How are the three connected?",
            "Draw the graph of calls that joins them.",
        ),
    ),
    Asked(
        CASCADE,
        "shared",
        ERRING,
        "shared infrastructure",
        (
            "What do all three have in common?",
            "Which infrastructure is common to them?",
            "What do they share that could take them all down?",
            "Is there something underlying that all of them use?",
            "Which common cause could there be?",
        ),
    ),
    Asked(
        CASCADE,
        "spof",
        ERRING,
        "single point of failure",
        (
            "Is there a SPOF that explains it?",
            "Could one single component be behind all of this?",
            "Which one thing, if it broke, would explain all three?",
            "Does a single failure account for it?",
            "Is there a node without redundancy that would do this?",
        ),
    ),
    Asked(
        CASCADE,
        "order",
        ERRING,
        "investigation order",
        (
            "In which order should I look at things?",
            "Where do I start?",
            "What should I investigate first, and what then?",
            "How would you triage this?",
            "In what sequence do I check them?",
        ),
    ),
    Asked(
        CASCADE,
        "processes",
        ERRING,
        "affected business processes",
        (
            "Which business flows suffer?",
            "What customer journeys are hit?",
            "Which flows are impacted?",
            "Which processes does the business lose?",
            "What can customers no longer do?",
        ),
    ),
    Asked(
        STORY,
        "incident-summary",
        ("load-balancer", "api-gateway-2", "api-gateway-1"),
        "incident summary",
        (
            "Write the incident report.",
            "Summarise what happened.",
            "Draft a post-mortem.",
            "Give me a write-up with timeline and follow-up actions.",
            "Which services and tiers were affected, what was done, and what are the follow-ups?",
        ),
    ),
)
