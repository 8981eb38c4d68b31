"""What is found of services and flows, and the two windows in which it is looked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from advisor.answer import Source
from advisor.failing import WORST, State
from advisor.live.signs import query
from observability.evidence.evidence import Evidence
from observability.evidence.model import Selector, TraceQuery, Window
from observability.slo.promql import duration


@dataclass(frozen=True)
class Span:
    """The window in which something was broken, and one of the same length before it."""

    before: Window
    during: Window

    @classmethod
    def of(cls, start_s: float, end_s: float) -> "Span":
        """Return the span of what was broken from `start_s` to `end_s`, Unix time."""
        return cls(Window(2 * start_s - end_s, start_s), Window(start_s, end_s))


@dataclass(frozen=True)
class Finding:
    """One thing by which somebody is seen to be hit."""

    state: State
    text: str
    sources: tuple[Source, ...]
    calls: tuple[str, ...] = ()
    """Ids of the relationships that it is about."""

    def with_trace(self, traces: Sequence[Source]) -> "Finding":
        """Return it with traces that show it."""
        return replace(self, sources=(*self.sources, *traces))


@dataclass(frozen=True)
class Observed:
    """What is found of one of them; nothing: it is not hit. `apart`: why it cannot be judged."""

    findings: tuple[Finding, ...] = ()
    apart: str = ""

    @property
    def state(self) -> State | None:
        """The worst that is found."""
        return min((one.state for one in self.findings), key=WORST.index, default=None)


def measured(wanted: Selector, window: Window) -> Source:
    """Return a query over a window, as PromQL has it."""
    return at(f"{query(wanted)}[{duration(window.length_s)}]", window)


def at(expression: str, window: Window) -> Source:
    """Return an expression that is evaluated at the end of a window."""
    return Source("metric", f"{expression} @ {window.end_s:.0f}")


async def example(evidence: Evidence, wanted: TraceQuery, window: Window) -> tuple[Source, ...]:
    """Return a trace of the window that fits, if there is one."""
    page = await evidence.traces(wanted, window, limit=1)
    return tuple(Source("trace", one.trace_id) for one in page.items)


def clock(at_s: float) -> str:
    """Return a moment as people read it."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%H:%M:%SZ")
