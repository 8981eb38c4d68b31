"""The parts of a CALM document. Each knows the JSON pointer at which it stands.

Nothing is refused here: what a document lacks is empty, and what has the wrong form is left out. The lint tells of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from advisor.calm.pointer import below
from advisor.calm.source import Source

Kind = Literal["connects", "interacts", "composed-of", "deployed-in", "options", ""]
FORWARD, BACK = "source-to-destination", "destination-to-source"
SERVICES = ("service", "webclient")
"""Types of nodes that answer requests."""
QUEUED = ("AMQP",)
"""Protocols over which nobody waits for an answer."""


@dataclass(frozen=True)
class Metadata(Mapping[str, Any]):
    """Further facts of a part: one object, or a list of objects that are taken together."""

    facts: Mapping[str, Any]
    pointers: Mapping[str, str]
    pointer: str
    is_list: bool

    def __getitem__(self, key: str) -> Any:
        return self.facts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    def at(self, key: str) -> str:
        """Return where a fact stands, or would stand."""
        return self.pointers.get(key, self.pointer)

    def text(self, key: str) -> str:
        """Return a fact that is a text, or nothing."""
        found = self.facts.get(key)
        return found if isinstance(found, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a fact that is a list of texts; anything else in it is left out."""
        found = self.facts.get(key)
        return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


@dataclass(frozen=True)
class Requirement:
    """What a control asks for, and how it is met."""

    url: str
    config: Mapping[str, Any] | None
    config_url: str
    pointer: str


@dataclass(frozen=True)
class Control:
    """A promise, with numbers in the configs of its requirements."""

    name: str
    description: str
    requirements: tuple[Requirement, ...]
    pointer: str

    def configs(self) -> Iterator[tuple[Mapping[str, Any], str]]:
        """Yield the inline configs, with their pointers."""
        for one in self.requirements:
            if one.config is not None:
                yield one.config, below(one.pointer, "config")


@dataclass(frozen=True)
class Interface:
    """Where a node can be reached."""

    id: str
    values: Mapping[str, Any]
    pointer: str


@dataclass(frozen=True)
class Node:
    """Somebody or something."""

    id: str
    type: str
    name: str
    description: str
    interfaces: tuple[Interface, ...]
    controls: tuple[Control, ...]
    metadata: Metadata
    details: Mapping[str, Any]
    pointer: str

    @property
    def is_service(self) -> bool:
        """Whether it answers requests."""
        return self.type in SERVICES

    @property
    def tier(self) -> int | None:
        """1 for `tier-1`, the most important one; None when it does not say."""
        return tier(self.metadata.text("tier"))


@dataclass(frozen=True)
class End:
    """One end of a relationship."""

    node: str
    interfaces: tuple[str, ...]
    pointer: str


@dataclass(frozen=True)
class Relationship:
    """What joins nodes. `ends`: source and destination, or who or what holds the others, and then those."""

    id: str
    kind: Kind
    description: str
    protocol: str
    ends: tuple[End, ...]
    metadata: Metadata
    controls: tuple[Control, ...]
    pointer: str

    @property
    def is_queued(self) -> bool:
        """Whether nobody waits for an answer: over a queue, or said to be asynchronous."""
        return self.protocol in QUEUED or self.metadata.text("call-style") == "async"


@dataclass(frozen=True)
class Transition:
    """One step of a flow."""

    relationship: str
    number: int | None
    description: str
    direction: str
    pointer: str


@dataclass(frozen=True)
class Flow:
    """What the business does, as steps over relationships."""

    id: str
    name: str
    description: str
    transitions: tuple[Transition, ...]
    controls: tuple[Control, ...]
    metadata: Metadata
    pointer: str


Part = Node | Relationship | Flow


@dataclass(frozen=True)
class Architecture:
    """A whole document."""

    source: Source
    id: str
    name: str
    description: str
    nodes: tuple[Node, ...]
    relationships: tuple[Relationship, ...]
    flows: tuple[Flow, ...]
    controls: tuple[Control, ...]
    metadata: Metadata
    adrs: tuple[str, ...]

    @cached_property
    def node(self) -> Mapping[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def relationship(self) -> Mapping[str, Relationship]:
        """Relationships by id."""
        return {one.id: one for one in self.relationships}

    @property
    def parts(self) -> tuple[Part, ...]:
        """Nodes, relationships and flows."""
        return (*self.nodes, *self.relationships, *self.flows)

    @property
    def told(self) -> tuple[Node | Flow, ...]:
        """What has owners and channels: nodes and flows."""
        return (*self.nodes, *self.flows)

    @cached_property
    def connections(self) -> tuple[Relationship, ...]:
        """Relationships between a caller and a callee that both exist."""
        return tuple(
            one for one in self.relationships if one.kind == "connects" and len(one.ends) == len(self._known(one)) == 2
        )

    def _known(self, one: Relationship) -> list[End]:
        return [end for end in one.ends if end.node in self.node]


def tier(text: str) -> int | None:
    """Return the number of `tier-2`, or None."""
    name, _, number = text.partition("-")
    return int(number) if name == "tier" and number.isdecimal() else None
