"""Signs: what is seen of somebody, how much it weighs, and whether somebody behind them may be the reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.answer import Line, Source
from advisor.calm.model import Architecture, Node
from observability.evidence.model import Matcher, Selector

WINDOW_S = 60.0
"""How far back is looked."""


@dataclass(frozen=True)
class Sign:
    """One thing that is seen. `who`: name of a service in telemetry, or id of another node.

    `own`: it is the reason itself that is seen; otherwise whoever it calls may be the reason.
    """

    who: str
    name: str
    text: str
    source: Source
    weight: int
    own: bool = False
    mode: str = ""
    """Where the failure mode stands that it is a symptom of."""

    @property
    def line(self) -> Line:
        """Return it as a line of an answer."""
        sources = (self.source, *((Source("document", self.mode),) if self.mode else ()))
        return Line(self.name, self.text, sources)


def who(node: Node) -> str:
    """Return the name under which a node is seen."""
    return node.metadata.text("otel-service-name") or node.id


def seen_as(of: Architecture) -> dict[str, list[Node]]:
    """Return the nodes by the names under which they are seen; replicas share one."""
    found: dict[str, list[Node]] = {}
    for node in of.nodes:
        if node.type != "actor":
            found.setdefault(who(node), []).append(node)
    return found


def selector(metric: str, labels: Mapping[str, str], **further: str) -> Selector:
    """Return which series are meant: those with these labels, and others whose value fits a regular expression."""
    exact = (Matcher(name, "=", value) for name, value in labels.items())
    return Selector(metric, (*exact, *(Matcher(name, "=~", value) for name, value in further.items())))


def query(wanted: Selector, over_s: float | None = None) -> str:
    """Return a selector as PromQL has it."""
    inside = ",".join(f'{one.label}{one.operator}"{one.value}"' for one in wanted.matchers)
    text = wanted.metric + (f"{{{inside}}}" if inside else "")
    return f"{text}[{over_s:g}s]" if over_s is not None else text


def metric(wanted: Selector, over_s: float | None = None) -> Source:
    """Return a query as the source of something."""
    return Source("metric", query(wanted, over_s))
