"""The questions that are understood, and the words by which each is known.

A cue counts when all of its words stand in the text; of two questions the one whose cues count more is meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """One question. `cues`: words, or several that have to stand together somewhere in the text, with their weight."""

    name: str
    asked: str
    cues: Mapping[str, int]


QUESTIONS = (
    Question(
        "flow",
        "Which services are in the checkout flow?",
        {"chain of services": 4, "chain": 2, "participants": 4, "all services": 3, "services used": 4,
         "used during": 4, "flow": 3, "path": 3, "consist": 4, "walk through": 4, "every service": 3,
         "parts handle": 5, "parts platform": 4, "handle checkout": 4, "microservices": 3, "service handle": 4,
         "systems": 3, "placing": 2, "services": 1, "which service": 2, "what service": 2, "involved": 3,
         "which system": 2, "through": 2, "take part": 3, "participate": 3, "components": 2, "touch": 2, "part of": 1,
         "services in": 2, "steps": 2, "pass through": 2, "go through": 2, "make up": 2, "belong": 2,
         "list service": 2, "service behind": 2, "hops": 2, "traverse": 2},
    ),
    Question(
        "failure-points",
        "What are the most likely failure points?",
        {"bet on": 5, "suspect": 5, "could be responsible": 5, "responsible drop": 4, "expect fail": 6,
         "points failure": 4, "potential point": 6, "probably failed": 7, "probably": 3, "might be causing": 6,
         "might cause": 5, "causing": 4, "candidates": 5, "likely broken": 7, "failed": 2, "fault": 4, "blame": 3,
         "origin": 3, "fragile": 4, "first suspect": 6, "which component": 2, "where fail": 4, "failure point": 5,
         "point failure": 1, "likely": 2, "most likely": 2, "broken": 3, "break": 3, "breaks": 3, "weak": 3,
         "weakest": 3, "suspects": 3, "culprit": 3, "go wrong": 7, "gone wrong": 7, "usual suspects": 9,
         "where could fail": 3, "probable": 2, "could cause": 1, "bottleneck": 3, "where problem": 3},
    ),
    Question(
        "health",
        "Which health endpoints first?",
        {"services are up": 5, "are up": 4, "liveness": 8, "is up": 4, "readiness": 8, "check health": 3,
         "up or down": 3, "status endpoint": 4, "health": 6, "endpoint": 3, "endpoints": 3, "health check": 2,
         "probe": 3, "ping": 3, "alive": 3, "healthy": 2, "check first": 2, "curl": 3, "which url": 3, "urls": 3},
    ),
    Question(
        "contacts",
        "Whom do I contact for payment?",
        {"who help": 6, "who talk": 7, "talk about": 4, "who handles": 6, "who fixes": 6, "who runs": 6,
         "who maintains": 6, "ask": 2, "email": 3, "reach": 3, "who do": 2, "whose": 3, "get in touch": 5,
         "touch with": 3, "people": 2, "person": 3, "support": 1, "contact": 3, "contacts": 3, "whom": 3, "who": 2,
         "call": 2, "page": 2, "owns": 3, "owner": 3, "on call": 3, "oncall": 3, "escalate": 3, "reach out": 3,
         "team": 2, "responsible": 3, "slack": 3, "channel": 2, "wake": 3, "get hold": 3, "notify": 2, "phone": 2},
    ),
    Question(
        "impact",
        "What is the business impact, and what do we tell customers?",
        {"business affected": 5, "comms": 4, "commercially": 4, "matter": 3, "customer plan": 3, "communications": 4,
         "customer messaging": 5, "customers affected": 5, "affected tell": 4, "business effect": 5,
         "customer impact": 5, "hear": 3, "effect": 2, "sales": 3, "money": 3, "customers see": 4,
         "customers notice": 4, "users": 2, "damage": 3, "harm": 3, "say": 2, "how bad": 3, "public": 3, "sla": 3,
         "explain customers": 4, "tell users": 5, "business impact": 5, "impact": 3, "tell customer": 5,
         "customer communication": 5, "communicate": 4, "communication": 4, "say customer": 4, "revenue": 3,
         "cost": 3, "costs": 3, "message customer": 4, "customers told": 4, "customer hear": 4, "inform customer": 4,
         "business consequence": 5, "consequence": 3, "mean business": 4, "announce": 4, "hurt business": 4,
         "status page": 3},
    ),
    Question(
        "databases",
        "Which databases does the order service use?",
        {"storage": 5, "persistence": 6, "data live": 5, "stores behind": 5, "data stored": 5, "its data": 4,
         "which db": 5, "what db": 5, "sql": 4, "postgres": 4, "which database": 5, "what database": 5,
         "databases": 5, "data store": 5, "datastores": 5, "datastore": 5, "dbs": 6, "db": 2, "persist": 4,
         "store data": 4, "connect": 1, "depend database": 3, "keep data": 4},
    ),
    Question(
        "replication",
        "Could it be replication?",
        {"slow secondary": 3, "secondary database": 3, "secondary": 5, "follower": 4, "streaming": 3,
         "replica lag": 3, "replication": 6, "replicate": 6, "replicated": 6, "replica": 5, "standby": 5,
         "primary": 2, "lagging": 2, "behind": 1, "out of sync": 5, "sync": 3},
    ),
    Question(
        "failure-modes",
        "Which failure modes are known for high latency?",
        {"know this": 4, "usually causes": 6, "usually": 3, "known failure": 5, "could make slow": 4, "could make": 3,
         "according documentation": 3, "why is slow": 5, "why": 2, "what causes": 4, "how it fails": 5,
         "ways fail": 4, "fail mode": 6, "failure mode": 6, "known": 2, "known issue": 4, "known problem": 4,
         "documented": 3, "known cause": 4, "seen before": 4, "usual cause": 4, "typical": 3, "modes": 2,
         "latency": 1, "symptom": 2, "symptoms": 2, "causes": 2, "why slow": 4, "make slow": 3, "explain slow": 3,
         "explain latency": 3},
    ),
    Question(
        "remediation",
        "What is the remediation?",
        {"latency down": 4, "respond": 4, "response": 3, "remedial": 6, "what should do": 5, "should i do": 5,
         "fast again": 5, "recommended": 4, "recommend": 4, "actions": 3, "cure": 5, "workaround": 5, "how fix": 5,
         "get rid": 4, "help now": 4, "bring back": 4, "next steps": 5, "what can do": 4, "remediation": 6,
         "remediate": 6, "remedy": 6, "remedies": 6, "fix": 4, "mitigate": 5, "mitigation": 5, "resolve": 4,
         "mend": 4, "what do": 2, "do about": 4, "steps": 1, "repair": 4, "recover": 3, "lever": 4, "levers": 4,
         "action": 2, "solve": 4, "make stop": 2, "faster again": 4, "runbook": 3},
    ),
    Question(
        "dba",
        "Who is the DBA contact of the order database?",
        {"dba": 8, "dbas": 8, "database administrator": 8, "database admin": 8, "database team": 7,
         "database contact": 5, "database people": 6, "who database": 7, "whom database": 7, "database on call": 7,
         "contact database": 7, "contact db": 6, "who db": 6, "call db": 6, "call database": 7, "page database": 7},
    ),
    Question(
        "dependencies",
        "What is the dependency graph between order, inventory and the web front end?",
        {"what calls": 4, "depends on whom": 4, "depends on who": 4, "depends on which": 4, "call graph": 6,
         "calls": 2, "topology": 5, "diagram": 4, "interact": 4, "chain": 3, "communicate each": 6, "how connect": 5,
         "dependency graph": 7, "graph": 4, "depend": 4, "dependency": 4, "dependencies": 4, "depends": 4,
         "call each": 4, "calls whom": 6, "who calls": 5, "call one another": 6, "connected": 3, "relate": 4,
         "related": 4, "relationship": 4, "between": 2, "map": 2, "linked": 3, "talk": 3, "wired": 3,
         "hang together": 4},
    ),
    Question(
        "shared",
        "What infrastructure do they share?",
        {"underlies": 5, "underlie": 5, "commonly": 5, "shared dependency": 5, "shared component": 5, "in common": 4,
         "jointly": 3, "all of them use": 5, "all depend": 5, "together": 2, "all use": 4, "shared": 5, "share": 5,
         "common": 5, "infrastructure": 4, "all three": 3, "both": 1, "same": 2, "underlying": 3, "sits under": 4,
         "take down all": 4, "common cause": 4},
    ),
    Question(
        "spof",
        "Is there a single point of failure?",
        {"unreplicated": 6, "all rely": 5, "rely on": 3, "single point": 9, "spof": 9, "spofs": 9, "one component": 5,
         "single component": 6, "one thing": 5, "redundant": 4, "redundancy": 4, "no backup": 4, "without replica": 5,
         "single node": 6, "one node": 4, "single failure": 6, "single cause": 5, "one failure": 5, "alone": 3,
         "single service": 5, "single thing": 6},
    ),
    Question(
        "order",
        "In what order do I investigate?",
        {"investigating": 5, "go about": 4, "check first second": 6, "first second": 6, "first then": 4,
         "check first": 4, "first what then": 4, "where look": 3, "step by step": 4, "begin looking": 5, "turn": 6,
         "investigate": 4, "investigation": 4, "look first": 5, "start": 3, "begin": 3, "where first": 4,
         "sequence": 4, "priority": 3, "prioritise": 4, "prioritize": 4, "triage": 5, "debug": 3, "first": 1,
         "next": 1, "rank": 3, "inspect": 3},
    ),
    Question(
        "processes",
        "Which business processes are affected?",
        {"business capabilities": 6, "business operations": 6, "user journeys": 6, "what can customers": 5,
         "business activities": 6, "flows suffer": 5, "functions": 3, "features": 3, "business process": 8,
         "process": 4, "processes": 4, "business flow": 7, "flows affected": 7, "affected flow": 7,
         "flow impacted": 7, "which flow": 4, "what flow": 2, "journeys": 6, "journey": 6, "flow hit": 7,
         "flow suffer": 7, "business function": 6, "business capabilit": 6, "capabilities": 4,
         "customers no longer": 5, "flows break": 6, "flow down": 4},
    ),
    Question(
        "incident-summary",
        "Incident summary: the load balancer's health check took gateway 2 out, gateway 1 was overloaded",
        {"document this incident": 9, "incident": 4, "incident summary": 12, "summarise incident": 12,
         "summarize incident": 12, "incident report": 12, "post mortem": 12, "postmortem": 12, "summary incident": 12,
         "summarise": 7, "summarize": 7, "summary": 7, "write up": 8, "root cause was": 6, "report": 3, "timeline": 8,
         "follow up": 8, "followup": 8, "recurrence": 6, "debrief": 8, "retrospective": 8, "services tiers": 8,
         "service and tier": 8},
    ),
    Question(
        "blast-radius",
        "What else breaks when payment fails?",
        {"blast radius": 12, "what else": 6, "knock on": 8, "downstream": 5, "upstream": 4, "if fails": 4,
         "what happens if": 7, "happens when": 7, "goes down": 4, "who notices": 8, "ripple": 6, "breaks if": 6,
         "breaks when": 6},
    ),
    Question(
        "suspects",
        "What is wrong?",
        {"what is wrong": 6, "what's wrong": 6, "what happening": 6, "what going on": 6, "is anything wrong": 8,
         "anything wrong": 8, "root cause": 4, "who suspect": 5, "suspects": 4, "diagnose": 6, "diagnosis": 6,
         "is it healthy": 6, "what is broken": 6},
    ),
    Question(
        "service",
        "What is the order service?",
        {"tell about": 4, "what is": 1, "describe": 4, "everything about": 6, "details": 4, "explain": 2,
         "overview": 4, "show": 2, "runbook": 2, "dashboard": 4, "log": 2, "logs": 3},
    ),
    # What somebody says who asks nothing: last, and light, so that whatever is asked as well is answered instead.
    Question(
        "what-first",
        "Payment is down: what now?",
        {"what now": 2, "down": 2, "outage": 2, "slow": 2, "latency": 2, "errors": 2, "fails": 2, "cannot": 2,
         "can not": 2, "unavailable": 2, "dropped": 2, "not responding": 5, "not answer": 2, "times out": 2},
    ),
)  # fmt: skip
