"""Which nodes and flows a text speaks of: by id, by name, by other words for them, and by words that are nearly so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from advisor.asking.words import is_turn, stem, stems, words
from advisor.calm.model import Architecture, Flow, Node

LONGEST = 5
"""Words of a name."""
NEAR = 0.84
"""How much a word has to resemble one of a name, from 0 to 1."""
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "web-frontend": (
        "web front end",
        "frontend",
        "front end",
        "storefront",
        "website",
        "web shop",
        "web ui",
        "ui",
        "web app",
    ),
    "load-balancer": ("lb", "balancer", "edge"),
    "api-gateway-1": ("gateway 1", "first gateway", "gateway one"),
    "api-gateway-2": ("gateway 2", "second gateway", "gateway two"),
    "order-service": ("order", "orders", "ordering"),
    "inventory-service": ("inventory", "stock service"),
    "payment-service": ("payment", "payments", "paying"),
    "billing-service": ("billing", "ledger"),
    "fulfilment-worker": ("worker", "fulfilment", "fulfillment", "fulfillment worker"),
    "payment-provider": ("provider", "card network", "psp", "supplier"),
    "order-database-cluster": ("order database cluster", "order db cluster"),
    "order-database-primary": ("order database", "order db", "orders database", "orders db", "order database primary"),
    "order-database-replica": ("replica", "order db replica", "read replica"),
    "inventory-database": ("inventory db", "stock database"),
    "payment-database": ("payment db", "payments database"),
    "billing-database": ("billing db", "ledger database"),
    "message-broker": ("broker", "rabbitmq", "message queue"),
    "order-queue": ("queue", "order queue"),
    "order-processing-flow": (
        "checkout",
        "checkouts",
        "check out",
        "check outs",
        "order completion",
        "order flow",
        "purchase",
        "purchases",
        "purchasing",
        "buying",
        "order processing",
        "checkout order",
        "place orders",
        "placing orders",
        "complete orders",
        "completed orders",
    ),
    "inventory-check-flow": ("inventory check", "stock check", "product pages", "catalogue", "catalog", "browsing"),
    "order-history-flow": ("order history", "order histories", "past orders"),
    "refund-flow": ("refund", "refunds", "cancellation", "cancellations"),
    "invoice-flow": ("invoice", "invoices", "invoicing"),
}
"""Other words for parts of our document; for another one those count whose part it has."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "gateway": ("api-gateway-1", "api-gateway-2"),
    "api gateway": ("api-gateway-1", "api-gateway-2"),
}


@dataclass(frozen=True)
class Named:
    """What a text speaks of, in its order. `used`: the places of the words that are part of a name."""

    ids: tuple[str, ...]
    used: frozenset[int]


def named(of: Architecture, text: str) -> Named:
    """Return the parts of a document that a text names."""
    known, said = names(of), words(text)
    keys = [stem(word) for word in said]
    found: dict[str, None] = {}
    used: set[int] = set()
    at = 0
    while at < len(keys):
        length, ids = (1, ()) if is_turn(said, at) else _longest(known, keys, at)
        found.update(dict.fromkeys(ids))
        used |= set(range(at, at + length))
        at += max(length, 1)
    return Named(tuple(found), frozenset(used))


def _longest(known: Mapping[tuple[str, ...], tuple[str, ...]], keys: list[str], at: int) -> tuple[int, tuple[str, ...]]:
    for length in range(min(LONGEST, len(keys) - at), 0, -1):
        wanted = tuple(keys[at : at + length])
        if wanted in known:
            return length, known[wanted]
        if near := _near(known, wanted):
            return length, known[near]
    return 0, ()


def _near(known: Mapping[tuple[str, ...], tuple[str, ...]], wanted: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the name that is nearly what was written: as many words, each the same or a slip of the pen."""
    if all(len(one) < 5 for one in wanted):
        return None
    likely = [name for name in known if len(name) == len(wanted) and all(map(_alike, name, wanted))]
    return max(likely, key=lambda name: SequenceMatcher(None, " ".join(name), " ".join(wanted)).ratio(), default=None)


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter, both = min(len(one), len(other)), len(one) + len(other)
    # No pair of words resembles each other more than their lengths do; that is told sooner.
    return shorter >= 5 and 2 * shorter / both >= NEAR and _resemble(one, other)


@lru_cache(4096)
def _resemble(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() >= NEAR


def names(of: Architecture) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return every name, as stems, with the ids that it stands for; an earlier one is not taken by a later part."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for phrase, ids in _phrases(of):
        if key := tuple(stems(phrase)):
            found.setdefault(key, ids)
    return found


def _phrases(of: Architecture) -> Iterator[tuple[str, tuple[str, ...]]]:
    parts: list[Node | Flow] = [one for one in of.nodes if one.id and one.type != "actor"]
    parts += [one for one in of.flows if one.id]
    ids = {one.id for one in parts}
    yield from ((one.id, (one.id,)) for one in parts)
    yield from ((one.name, (one.id,)) for one in parts)
    for name, others in SYNONYMS.items():
        yield from ((other, (name,)) for other in others if name in ids)
    for phrase, group in GROUPS.items():
        if set(group) <= ids:
            yield phrase, group
    for flow in of.flows:
        yield flow.id.removesuffix("-flow"), (flow.id,)
