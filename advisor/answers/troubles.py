"""What is known to go wrong with a service, and what is done about it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from advisor.answer import Answer, Section
from advisor.answers.databases import databases_of, is_slow
from advisor.answers.nodes import mode_section, modes
from advisor.asking.relevance import meant, relevance
from advisor.calm.model import Architecture, Node

ACTION = ("symptom", "remediation", "lever", "escalation")
Mode = tuple[Node, str, Mapping[str, Any]]


def failure_modes(of: Architecture, node: Node, said: str) -> Answer:
    """Return the failure modes of a service that fit what was said, or all of them."""
    return Answer("failure-modes", (node.id,), tuple(_sections(of, _wanted(of, node, said))))


def remediation(of: Architecture, node: Node, said: str) -> Answer:
    """Return what is done about the failure modes that fit what was said."""
    return Answer("remediation", (node.id,), tuple(_sections(of, _wanted(of, node, said), ACTION)))


def _sections(of: Architecture, found: Iterable[Mode], keys: Iterable[str] = ()) -> Iterator[Section]:
    sections = [
        mode_section(of, node, at, tuple(keys)) if keys else mode_section(of, node, at) for node, at, _ in found
    ]
    yield from sections or [Section("Known failure modes", ())]


def _wanted(of: Architecture, node: Node, said: str) -> list[Mode]:
    """Return slowness of a service and its databases for slowness, what resembles for anything else, or all."""
    own = [(node, at, mode) for at, mode in modes(node)]
    if meant("slow") & meant(said):
        stores = [(store, at, mode) for store, _ in databases_of(of, node) for at, mode in modes(store)]
        return [one for one in own + stores if is_slow(one[2])]
    like = [one for one in own if relevance(said, one[2]) > 1]
    return sorted(like, key=lambda one: -relevance(said, one[2])) or own
